# Motionformer-HR on Kinetics-600: 16 frames at rate 4 (8 on Kinetics-400), 336 x 336.
_base_ = [
    '../../_base_/models/motionformer_base.py',
    '../../_base_/datasets/kinetics600_motionformer_hr.py',
    '../../_base_/schedules/motionformer_adamw_35e_hr_l.py',
    '../../_base_/default_runtime.py',
]

model = dict(backbone=dict(img_size=336), cls_head=dict(num_classes=600))
