_base_ = [
    '../../_base_/models/dualformer_tiny.py',
    '../../_base_/datasets/kinetics400_dualformer.py',
    '../../_base_/schedules/dualformer_adamw_30e.py',
    '../../_base_/default_runtime.py',
]

# The authors' image model; no public link to it is known. Another file, or None: --cfg-options
# model.backbone.init_cfg.checkpoint=... or model.backbone.init_cfg=None
model = dict(
    backbone=dict(
        init_cfg=dict(type='mmaction_vt.FromImageModel', checkpoint='checkpoints/pretrained_2d/dualformer_tiny.pth'),
    ),
)

param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, by_epoch=True, begin=0, end=3, convert_to_iter_based=True),
    dict(type='CosineAnnealingLR', T_max=30, eta_min=0, by_epoch=True, begin=0, end=30),
]
