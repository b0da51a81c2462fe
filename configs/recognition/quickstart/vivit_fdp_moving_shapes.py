# The small ViViT as Model 4: half of the heads attend over space, half over time.
_base_ = './vivit_moving_shapes.py'

model = dict(backbone=dict(attention_type='factorised_dot_product'))
