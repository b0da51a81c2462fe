# The small ViViT with half of the heads along space, half along time (Model 4).
_base_ = './vivit_moving_shapes.py'

model = dict(backbone=dict(attention_type='factorised_dot_product'))
