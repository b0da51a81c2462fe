# The Motionformer paper's baseline of joint attention on Kinetics-600. No weights are published.
_base_ = 'motionformer_224_16x4_kinetics600.py'

model = dict(backbone=dict(attention_type='joint'))
