# A small V-JEPA 2 with an attentive head, trained from scratch in a few minutes on two CPU cores.
_base_ = [
    '../../_base_/models/vjepa2_mini.py',
    '../../_base_/datasets/moving_shapes_16.py',
    '../../_base_/schedules/moving_shapes_adamw_8e.py',
    '../../_base_/moving_shapes_runtime.py',
]

optim_wrapper = dict(optimizer=dict(lr=1e-3))
