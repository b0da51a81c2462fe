_base_ = 'motionformer_224_16x4_epickitchens.py'

model = dict(backbone=dict(attention_type='joint'))
load_from = 'https://dl.fbaipublicfiles.com/motionformer/k400_joint_224_16x4.pyth'
