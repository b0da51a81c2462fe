# VideoMAE-B pre-trained on Kinetics-400 for 800 epochs.
_base_ = [
    '../_base_/models/videomae_pretrain_base.py',
    '../_base_/datasets/kinetics400_pretrain.py',
    '../_base_/schedules/videomae_pretrain_adamw_800e.py',
    '../_base_/pretrain_runtime.py',
]
