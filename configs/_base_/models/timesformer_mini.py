# A TimeSformer for the quickstart: 8 frames of 64 x 64, 3 blocks of 96 channels.
model = dict(
    type='Recognizer3D',
    backbone=dict(
        type='mmaction_vt.TimeSformer',
        img_size=64,
        patch_size=16,
        num_frames=8,
        embed_dims=96,
        num_layers=3,
        num_heads=4,
        mlp_ratio=2.0,
        drop_path_rate=0.0,
        attention_type='divided_space_time',
        init_cfg=dict(type='mmaction_vt.FromScratch'),
    ),
    cls_head=dict(type='TimeSformerHead', num_classes=8, in_channels=96, average_clips='prob'),
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[114.75, 114.75, 114.75],
        std=[57.375, 57.375, 57.375],
        format_shape='NCTHW',
    ),
)
