# The Motionformer paper's baseline of joint attention on Something-Something V2.
_base_ = [
    '../../_base_/models/motionformer_base.py',
    '../../_base_/datasets/ssv2_motionformer_joint.py',
    '../../_base_/schedules/motionformer_adamw_35e.py',
    '../../_base_/default_runtime.py',
]

model = dict(backbone=dict(attention_type='joint', init_cfg=None), cls_head=dict(num_classes=174))
load_from = 'https://dl.fbaipublicfiles.com/motionformer/k400_joint_224_16x4.pyth'
