# A V-JEPA 2 with an attentive head for the quickstart: 16 frames of 64 x 64 in 8 tubelets, 3 blocks of 96 channels.
model = dict(
    type='Recognizer3D',
    backbone=dict(
        type='mmaction_vt.VJEPA2',
        img_size=64,
        patch_size=16,
        num_frames=16,
        embed_dims=96,
        num_layers=3,
        num_heads=4,
        mlp_ratio=2.0,
        init_cfg=dict(type='mmaction_vt.FromScratch'),
    ),
    cls_head=dict(
        type='mmaction_vt.AttentiveHead',
        num_classes=8,
        in_channels=96,
        num_heads=4,
        num_blocks=0,
        mlp_ratio=2.0,
        average_clips='prob',
    ),
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[127.5, 127.5, 127.5],
        std=[127.5, 127.5, 127.5],
        format_shape='NCTHW',
    ),
)
