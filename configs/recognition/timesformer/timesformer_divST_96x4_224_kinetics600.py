# TimeSformer-L on Kinetics-600: 96 frames at rate 4.
_base_ = [
    '../../_base_/models/timesformer_base.py',
    '../../_base_/datasets/kinetics600_timesformer_l.py',
    '../../_base_/schedules/timesformer_sgd_15e_accumulate8.py',
    '../../_base_/default_runtime.py',
]

model = dict(backbone=dict(num_frames=96), cls_head=dict(num_classes=600))
