# VideoMAE-B as it is fine-tuned on AVA: the mean of the feature map over time, RoIAlign of 7 x 7, their maximum.
_base_ = './videomae_base.py'

model = dict(
    type='mmaction_vt.ActionDetector',
    backbone=dict(drop_path_rate=0.2, init_cfg=None),
    cls_head=dict(
        _delete_=True,
        type='mmaction_vt.ActionRoIHead',
        num_classes=80,
        in_channels=768,
        sampling_ratio=0,
        init_std=2e-5,
        score_boxes=True,
    ),
    data_preprocessor=dict(mean=[122.7717, 115.9465, 102.9801], std=[57.375, 57.375, 57.375], blending=None),
)
