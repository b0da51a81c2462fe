# A small TimeSformer that says what each of several objects does, trained from scratch in minutes on two CPU cores.
_base_ = [
    '../../_base_/models/timesformer_mini_detector.py',
    '../../_base_/datasets/shapes_with_boxes.py',
    '../../_base_/schedules/moving_shapes_adamw_8e.py',
    '../../_base_/moving_shapes_runtime.py',
]

train_cfg = dict(max_epochs=12)
optim_wrapper = dict(optimizer=dict(lr=1e-3))
param_scheduler = [_base_.param_scheduler[0], dict(_base_.param_scheduler[1], end=12)]
default_hooks = dict(checkpoint=dict(save_best='mAP/overall'))
