# The small Motionformer with the paper's baseline of joint attention.
_base_ = './motionformer_moving_shapes.py'

model = dict(backbone=dict(attention_type='joint', init_cfg=dict(neighbour_gain=1.5, noise_gain=0.5)))
optim_wrapper = dict(optimizer=dict(lr=5e-4))
