# A small DualFormer, trained from scratch in a few minutes on two CPU cores.
_base_ = [
    '../../_base_/models/dualformer_mini.py',
    '../../_base_/datasets/moving_shapes_16.py',
    '../../_base_/schedules/moving_shapes_adamw_8e.py',
    '../../_base_/moving_shapes_runtime.py',
]

train_cfg = dict(max_epochs=5)
optim_wrapper = dict(optimizer=dict(lr=1e-3))
param_scheduler = [_base_.param_scheduler[0], dict(_base_.param_scheduler[1], end=5)]
