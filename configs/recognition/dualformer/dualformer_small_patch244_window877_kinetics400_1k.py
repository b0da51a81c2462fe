# DualFormer-S on Kinetics-400, from ImageNet-1K.
_base_ = [
    '../../_base_/models/dualformer_small.py',
    '../../_base_/datasets/kinetics400_dualformer.py',
    '../../_base_/schedules/dualformer_adamw_30e.py',
    '../../_base_/default_runtime.py',
]

# No public link to the authors' image model is known. For another file: model.backbone.init_cfg.checkpoint=...
model = dict(
    backbone=dict(
        init_cfg=dict(type='mmaction_vt.FromImageModel', checkpoint='checkpoints/pretrained_2d/dualformer_small.pth')
    )
)
optim_wrapper = dict(accumulative_counts=2)
