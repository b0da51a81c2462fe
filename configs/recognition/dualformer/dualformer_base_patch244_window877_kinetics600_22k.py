# DualFormer-B on Kinetics-600, from ImageNet-22K. No public link to the image model is known.
_base_ = [
    '../../_base_/models/dualformer_base.py',
    '../../_base_/datasets/kinetics600_dualformer.py',
    '../../_base_/schedules/dualformer_adamw_30e.py',
    '../../_base_/default_runtime.py',
]

model = dict(
    backbone=dict(
        init_cfg=dict(type='mmaction_vt.FromImageModel', checkpoint='checkpoints/pretrained_2d/dualformer_base_22k.pth')
    ),
    cls_head=dict(num_classes=600),
)
optim_wrapper = dict(optimizer=dict(lr=5e-4, weight_decay=0.05), accumulative_counts=2)
