# A small VideoMAE pre-trained on the people without labels.
_base_ = [
    '../_base_/models/videomae_pretrain_mini.py',
    '../_base_/datasets/people_pretrain.py',
    '../_base_/pretrain_runtime.py',
    '../_base_/schedules/videomae_pretrain_adamw_mini.py',
]

train_cfg = dict(max_epochs=90)
param_scheduler = [_base_.param_scheduler[0], dict(_base_.param_scheduler[1], end=90)]
