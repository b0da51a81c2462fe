# Motionformer-HR on Something-Something V2: 16 segments, 336 x 336.
_base_ = [
    '../../_base_/models/motionformer_base.py',
    '../../_base_/datasets/ssv2_motionformer_hr.py',
    '../../_base_/schedules/motionformer_adamw_35e_hr_l.py',
    '../../_base_/default_runtime.py',
]

model = dict(backbone=dict(img_size=336, init_cfg=None), cls_head=dict(num_classes=174))
load_from = 'https://dl.fbaipublicfiles.com/motionformer/k400_motionformer_224_16x4.pyth'
