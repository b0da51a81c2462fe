# The small ViViT with attention along space, then along time (Model 3).
_base_ = './vivit_moving_shapes.py'

model = dict(backbone=dict(attention_type='factorised_self_attention'))
