# TimeSformer-HR on Kinetics-600: 16 frames at rate 16, 448 x 448.
_base_ = [
    '../../_base_/models/timesformer_hr.py',
    '../../_base_/datasets/kinetics600_timesformer_hr.py',
    '../../_base_/schedules/timesformer_sgd_15e_accumulate8.py',
    '../../_base_/default_runtime.py',
]

model = dict(cls_head=dict(num_classes=600))
