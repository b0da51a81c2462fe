# A small VideoMAE pre-trained on the moving shapes without labels.
_base_ = [
    '../_base_/models/videomae_pretrain_mini.py',
    '../_base_/datasets/moving_shapes_pretrain.py',
    '../_base_/pretrain_runtime.py',
    '../_base_/schedules/videomae_pretrain_adamw_mini.py',
]
