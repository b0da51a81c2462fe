# A small TimeSformer, trained from scratch in a few minutes on two CPU cores.
_base_ = [
    '../../_base_/models/timesformer_mini.py',
    '../../_base_/datasets/moving_shapes.py',
    '../../_base_/schedules/moving_shapes_adamw_8e.py',
    '../../_base_/moving_shapes_runtime.py',
]
