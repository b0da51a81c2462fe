# TimeSformer of the Video Transformer benchmark (version of December 2021) on Kinetics-600.
_base_ = [
    '../../_base_/models/timesformer_vtb.py',
    '../../_base_/datasets/kinetics600_timesformer_vtb.py',
    '../../_base_/schedules/timesformer_sgd_15e_vtb.py',
    '../../_base_/default_runtime.py',
]

model = dict(cls_head=dict(num_classes=600))
