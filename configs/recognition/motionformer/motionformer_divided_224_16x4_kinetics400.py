# The Motionformer paper's baseline of divided attention on Kinetics-400.
_base_ = 'motionformer_224_16x4_kinetics400.py'

model = dict(backbone=dict(attention_type='divided'))
