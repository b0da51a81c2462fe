# Motionformer-HR on Kinetics-400: 16 frames at rate 8, 336 x 336.
_base_ = [
    '../../_base_/models/motionformer_base.py',
    '../../_base_/datasets/kinetics400_motionformer_hr.py',
    '../../_base_/schedules/motionformer_adamw_35e_hr_l.py',
    '../../_base_/default_runtime.py',
]

model = dict(backbone=dict(img_size=336))
