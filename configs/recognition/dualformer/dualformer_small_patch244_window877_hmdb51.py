# DualFormer-S on HMDB-51, split 1, from the Kinetics-400 model.
_base_ = [
    '../../_base_/models/dualformer_small.py',
    '../../_base_/datasets/hmdb51_dualformer.py',
    '../../_base_/schedules/dualformer_adamw_16e_accumulate4.py',
    '../../_base_/default_runtime.py',
]

model = dict(
    backbone=dict(drop_path_rate=0.3),
    cls_head=dict(num_classes=51),
    data_preprocessor=dict(mean=[104, 117, 128], std=[1, 1, 1]),
)
load_from = 'checkpoints/k400/dualformer_small_patch244_window877.pth'
