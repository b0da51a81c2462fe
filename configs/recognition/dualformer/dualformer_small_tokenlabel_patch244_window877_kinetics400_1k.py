# DualFormer-S with token labels on Kinetics-400. No weights are published.
_base_ = [
    '../../_base_/models/dualformer_small_tokenlabel.py',
    '../../_base_/datasets/kinetics400_dualformer.py',
    '../../_base_/schedules/dualformer_adamw_30e.py',
    '../../_base_/default_runtime.py',
]

optim_wrapper = dict(accumulative_counts=2)
