# DualFormer-T with token labels on Kinetics-400. No weights are published.
_base_ = [
    '../../_base_/models/dualformer_tiny_tokenlabel.py',
    '../../_base_/datasets/kinetics400_dualformer.py',
    '../../_base_/schedules/dualformer_adamw_30e.py',
    '../../_base_/default_runtime.py',
]

# 128 videos a step: 2 passes of 8 GPUs with 16 each.
train_dataloader = dict(batch_size=16)
optim_wrapper = dict(accumulative_counts=2)
param_scheduler = [dict(_base_.param_scheduler[0], end=3), _base_.param_scheduler[1]]
auto_scale_lr = dict(base_batch_size=128)
