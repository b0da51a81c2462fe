# DualFormer-S on Diving-48, from the Kinetics-400 model.
_base_ = [
    '../../_base_/models/dualformer_small.py',
    '../../_base_/datasets/diving48_dualformer.py',
    '../../_base_/schedules/dualformer_adamw_30e.py',
    '../../_base_/default_runtime.py',
]

model = dict(cls_head=dict(num_classes=48), data_preprocessor=dict(mean=[104, 117, 128], std=[1, 1, 1]))
train_cfg = dict(val_interval=2)
param_scheduler = [dict(_base_.param_scheduler[0], end=1), _base_.param_scheduler[1]]
load_from = 'checkpoints/k400/dualformer_small_patch244_window877.pth'
