# Motionformer-L on Kinetics-600: 32 frames at rate 3.
_base_ = [
    '../../_base_/models/motionformer_base.py',
    '../../_base_/datasets/kinetics600_motionformer_l.py',
    '../../_base_/schedules/motionformer_adamw_35e_hr_l.py',
    '../../_base_/default_runtime.py',
]

model = dict(backbone=dict(num_frames=32), cls_head=dict(num_classes=600))
