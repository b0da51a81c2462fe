# The small ViViT as Model 2: a transformer over the patches of each frame, then one over frames.
_base_ = './vivit_moving_shapes.py'

model = dict(backbone=dict(attention_type='factorised_encoder'))
