# A DualFormer for the quickstart: 16 frames of 64 x 64, stages of (8, 16, 16), (8, 8, 8), (8, 4, 4), (8, 2, 2) tokens.
model = dict(
    type='Recognizer3D',
    backbone=dict(
        type='mmaction_vt.DualFormer',
        video_size=(16, 64, 64),
        patch_size=(2, 4, 4),
        embed_dims=(24, 48, 96, 192),
        depths=(2, 2, 2, 2),
        num_heads=(1, 2, 4, 8),
        mlp_ratios=(2, 2, 2, 2),
        local_sizes=((4, 4, 4), (4, 4, 4), (8, 4, 4), (8, 2, 2)),
        fine_pysizes=((4, 4, 4), (4, 4, 4), (8, 4, 4), (8, 2, 2)),
        coarse_pysizes=((4, 2, 2), (4, 2, 2), (1, 1, 1), (1, 1, 1)),
        coarse_kernel=(1, 4, 4),
    ),
    cls_head=dict(type='I3DHead', num_classes=8, in_channels=192, average_clips='prob'),
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[127.5, 127.5, 127.5],
        std=[127.5, 127.5, 127.5],
        format_shape='NCTHW',
    ),
)
