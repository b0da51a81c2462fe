# The small TimeSformer without attention over time, which cannot tell a class from its reverse.
_base_ = './timesformer_divST_moving_shapes.py'

model = dict(backbone=dict(attention_type='space_only'))
