# DualFormer-S on Jester, from the published Kinetics-400 model. No settings are published.
_base_ = [
    '../../_base_/models/dualformer_small.py',
    '../../_base_/datasets/jester_dualformer.py',
    '../../_base_/schedules/dualformer_adamw_16e.py',
    '../../_base_/default_runtime.py',
]

model = dict(cls_head=dict(num_classes=27))
optim_wrapper = dict(accumulative_counts=2)
load_from = 'checkpoints/k400/dualformer_small_patch244_window877.pth'
