# VideoMAE-B pre-trained on Something-Something V2 for 2,400 epochs.
_base_ = [
    '../_base_/models/videomae_pretrain_base.py',
    '../_base_/datasets/ssv2_pretrain.py',
    '../_base_/schedules/videomae_pretrain_adamw_2400e.py',
    '../_base_/pretrain_runtime.py',
]
