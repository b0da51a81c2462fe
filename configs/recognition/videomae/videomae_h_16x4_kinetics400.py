# VideoMAE-H on Kinetics-400, pre-trained there for 1,600 epochs; 512 videos a step.
_base_ = [
    '../../_base_/models/videomae_huge.py',
    '../../_base_/datasets/kinetics400_videomae.py',
    '../../_base_/schedules/videomae_adamw_50e.py',
    '../../_base_/default_runtime.py',
]

train_dataloader = dict(batch_size=8)
optim_wrapper = dict(optimizer=dict(lr=2e-3))
param_scheduler = [_base_.param_scheduler[0], dict(_base_.param_scheduler[1], eta_min_ratio=0.01)]
auto_scale_lr = dict(base_batch_size=64)
