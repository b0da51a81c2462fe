# VideoMAE-L pre-trained on Kinetics-400 for 1,600 epochs; 64 processes of 8 clips.
_base_ = [
    '../_base_/models/videomae_pretrain_large.py',
    '../_base_/datasets/kinetics400_pretrain.py',
    '../_base_/schedules/videomae_pretrain_adamw_1600e.py',
    '../_base_/pretrain_runtime.py',
]

train_dataloader = dict(batch_size=8)
