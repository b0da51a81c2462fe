_base_ = 'motionformer_224_16x4_kinetics600.py'

model = dict(backbone=dict(attention_type='joint'))
