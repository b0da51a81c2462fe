# The Motionformer paper's baseline of joint attention on EPIC-KITCHENS-100. No weights are published.
_base_ = 'motionformer_224_16x4_epickitchens.py'

model = dict(backbone=dict(attention_type='joint'))
load_from = 'https://dl.fbaipublicfiles.com/motionformer/k400_joint_224_16x4.pyth'
