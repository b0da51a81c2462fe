# The small ViViT with a transformer for each time and one over the times (Model 2).
_base_ = './vivit_moving_shapes.py'

model = dict(backbone=dict(attention_type='factorised_encoder'))
