# VideoMAE-B on Something-Something V2, pre-trained there for 2,400 epochs.
_base_ = [
    '../../_base_/models/videomae_base_ssv2.py',
    '../../_base_/datasets/ssv2_videomae.py',
    '../../_base_/schedules/videomae_adamw_30e.py',
    '../../_base_/default_runtime.py',
]
