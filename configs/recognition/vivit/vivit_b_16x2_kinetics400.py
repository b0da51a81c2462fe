# ViViT-B/16x2 on Kinetics-400, Model 1: joint space-time attention.
_base_ = [
    '../../_base_/models/vivit_base.py',
    '../../_base_/datasets/kinetics400_vivit.py',
    '../../_base_/schedules/vivit_sgd_30e.py',
    '../../_base_/default_runtime.py',
]
