# Motionformer on Something-Something V2, from the Kinetics-400 model: 16 segments.
_base_ = [
    '../../_base_/models/motionformer_base.py',
    '../../_base_/datasets/ssv2_motionformer.py',
    '../../_base_/schedules/motionformer_adamw_35e.py',
    '../../_base_/default_runtime.py',
]

model = dict(backbone=dict(init_cfg=None), cls_head=dict(num_classes=174))
load_from = 'https://dl.fbaipublicfiles.com/motionformer/k400_motionformer_224_16x4.pyth'
