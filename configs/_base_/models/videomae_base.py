# VideoMAE-B as it is fine-tuned on Kinetics-400: 16 frames of 224 x 224, the norm after the mean.
model = dict(
    type='Recognizer3D',
    backbone=dict(
        type='mmaction_vt.VideoMAE',
        drop_path_rate=0.1,
        init_cfg=dict(
            type='mmaction_vt.FromImageModel',
            checkpoint='https://drive.google.com/file/d/1tEhLyskjb755TJ65ptsrafUG2llSwQE1/view',  # 1,600 epochs
        ),
    ),
    cls_head=dict(
        type='TimeSformerHead',
        num_classes=400,
        in_channels=768,
        dropout_ratio=0.0,
        init_std=2e-5,  # a thousandth of the usual, as published
        label_smooth_eps=0.1,
        average_clips='prob',
    ),
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        format_shape='NCTHW',
        blending=dict(
            type='RandomBatchAugment',
            augments=[
                dict(type='MixupBlending', num_classes=400, alpha=0.8),
                dict(type='CutmixBlending', num_classes=400, alpha=1.0),
            ],
        ),
    ),
)
