# ViViT-B/16x2 on Something-Something V2, Model 2: factorised encoder. No weights are published.
_base_ = [
    '../../_base_/models/vivit_base.py',
    '../../_base_/datasets/ssv2_vivit.py',
    '../../_base_/schedules/vivit_sgd_35e_ssv2.py',
    '../../_base_/default_runtime.py',
]

# The regularisation is that of the paper.
model = dict(
    backbone=dict(attention_type='factorised_encoder', num_temporal_layers=4, drop_path_rate=0.3),
    cls_head=dict(num_classes=174, label_smooth_eps=0.3),
    data_preprocessor=dict(blending=dict(type='MixupBlending', num_classes=174, alpha=0.3)),
)
