# TimeSformer on Kinetics-600: divided attention, 8 frames at rate 32.
_base_ = [
    '../../_base_/models/timesformer_base.py',
    '../../_base_/datasets/kinetics600_timesformer.py',
    '../../_base_/schedules/timesformer_sgd_15e.py',
    '../../_base_/default_runtime.py',
]

model = dict(cls_head=dict(num_classes=600))
