# VideoMAE-B on Kinetics-400, pre-trained there for 1,600 epochs.
_base_ = [
    '../../_base_/models/videomae_base.py',
    '../../_base_/datasets/kinetics400_videomae.py',
    '../../_base_/schedules/videomae_adamw_75e.py',
    '../../_base_/default_runtime.py',
]
