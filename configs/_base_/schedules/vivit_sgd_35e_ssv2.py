# 35 epochs of SGD with 64 videos a step: 8 GPUs with 8 videos each.
_base_ = './vivit_sgd_30e.py'

train_cfg = dict(max_epochs=35)
optim_wrapper = dict(optimizer=dict(lr=0.4), accumulative_counts=1)
param_scheduler = [_base_.param_scheduler[0], dict(_base_.param_scheduler[1], T_max=35, end=35)]
auto_scale_lr = dict(base_batch_size=64)
