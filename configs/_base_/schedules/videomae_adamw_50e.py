# VideoMAE's fine-tuning for 50 epochs.
_base_ = './videomae_adamw_75e.py'

train_cfg = dict(max_epochs=50)
param_scheduler = [_base_.param_scheduler[0], dict(_base_.param_scheduler[1], end=50)]
