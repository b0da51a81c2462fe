# The quickstart's Motionformer with the paper's baseline of joint attention.
_base_ = './motionformer_moving_shapes.py'

model = dict(backbone=dict(attention_type='joint'))
