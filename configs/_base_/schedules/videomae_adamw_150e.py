# VideoMAE's fine-tuning for 150 epochs.
_base_ = './videomae_adamw_75e.py'

train_cfg = dict(max_epochs=150)
param_scheduler = [_base_.param_scheduler[0], dict(_base_.param_scheduler[1], end=150)]
