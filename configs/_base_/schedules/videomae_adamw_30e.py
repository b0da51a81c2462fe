# VideoMAE's fine-tuning for 30 epochs.
_base_ = './videomae_adamw_75e.py'

train_cfg = dict(max_epochs=30)
param_scheduler = [_base_.param_scheduler[0], dict(_base_.param_scheduler[1], end=30)]
