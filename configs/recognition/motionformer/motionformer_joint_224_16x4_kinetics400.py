_base_ = 'motionformer_224_16x4_kinetics400.py'

model = dict(backbone=dict(attention_type='joint'))
