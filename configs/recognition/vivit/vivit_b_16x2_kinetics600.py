# ViViT-B/16x2 on Kinetics-600, Model 1: joint space-time attention. No weights are published.
_base_ = [
    '../../_base_/models/vivit_base.py',
    '../../_base_/datasets/kinetics600_vivit.py',
    '../../_base_/schedules/vivit_sgd_30e.py',
    '../../_base_/default_runtime.py',
]

model = dict(cls_head=dict(num_classes=600))
