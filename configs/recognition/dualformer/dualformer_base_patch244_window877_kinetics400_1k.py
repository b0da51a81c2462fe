_base_ = [
    '../../_base_/models/dualformer_base.py',
    '../../_base_/datasets/kinetics400_dualformer.py',
    '../../_base_/schedules/dualformer_adamw_30e.py',
    '../../_base_/default_runtime.py',
]

# The authors' image model; no public link to it is known. Another file, or None: --cfg-options
# model.backbone.init_cfg.checkpoint=... or model.backbone.init_cfg=None
model = dict(
    backbone=dict(
        init_cfg=dict(type='mmaction_vt.FromImageModel', checkpoint='checkpoints/pretrained_2d/dualformer_base.pth'),
    ),
)

optim_wrapper = dict(optimizer=dict(weight_decay=0.05), accumulative_counts=2)
