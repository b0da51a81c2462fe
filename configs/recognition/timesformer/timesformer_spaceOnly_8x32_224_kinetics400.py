# TimeSformer with attention over space only on Kinetics-400. No weights are published.
_base_ = 'timesformer_divST_8x32_224_kinetics400.py'

model = dict(backbone=dict(attention_type='space_only'))
