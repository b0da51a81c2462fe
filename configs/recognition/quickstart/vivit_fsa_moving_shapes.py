# The small ViViT as Model 3: attention over space, then over time, in each block.
_base_ = './vivit_moving_shapes.py'

model = dict(backbone=dict(attention_type='factorised_self_attention'))
