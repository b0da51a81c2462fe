# Motionformer on Kinetics-600: trajectory attention, 16 frames at rate 4.
_base_ = [
    '../../_base_/models/motionformer_base.py',
    '../../_base_/datasets/kinetics600_motionformer.py',
    '../../_base_/schedules/motionformer_adamw_35e.py',
    '../../_base_/default_runtime.py',
]

model = dict(cls_head=dict(num_classes=600))
