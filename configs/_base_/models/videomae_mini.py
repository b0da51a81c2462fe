# A VideoMAE for the quickstart: 16 frames of 64 x 64 in 8 tubelets, 4 blocks of 96 channels.
model = dict(
    type='Recognizer3D',
    backbone=dict(
        type='mmaction_vt.VideoMAE',
        img_size=64,
        patch_size=16,
        num_frames=16,
        embed_dims=96,
        num_layers=4,
        num_heads=4,
        init_cfg=dict(type='mmaction_vt.FromScratch'),
    ),
    cls_head=dict(type='TimeSformerHead', num_classes=8, in_channels=96, average_clips='prob'),
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[127.5, 127.5, 127.5],
        std=[127.5, 127.5, 127.5],
        format_shape='NCTHW',
    ),
)
