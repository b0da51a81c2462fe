# A small TimeSformer that says what each of several objects does, trained from scratch in minutes on two CPU cores.
_base_ = [
    '../../_base_/models/timesformer_mini_detector.py',
    '../../_base_/datasets/shapes_with_boxes.py',
    '../../_base_/schedules/moving_shapes_adamw_8e.py',
    '../../_base_/moving_shapes_runtime.py',
]

optim_wrapper = dict(optimizer=dict(lr=1e-3))
default_hooks = dict(checkpoint=dict(save_best='mAP/overall'))
