# VideoMAE's pre-training for 1,600 epochs.
_base_ = './videomae_pretrain_adamw_800e.py'

train_cfg = dict(max_epochs=1600)
param_scheduler = [_base_.param_scheduler[0], dict(_base_.param_scheduler[1], end=1600)]
