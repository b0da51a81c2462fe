# DualFormer-T (paper: 21.8 million parameters, 240 GFLOPs for 4 views).
model = dict(
    type='Recognizer3D',
    backbone=dict(
        type='mmaction_vt.DualFormer',
        video_size=(32, 224, 224),
        patch_size=(2, 4, 4),
        embed_dims=(64, 128, 256, 512),
        depths=(2, 2, 10, 4),
        num_heads=(2, 4, 8, 16),
        mlp_ratios=(4, 4, 4, 4),
        qkv_bias=True,
        drop_path_rate=0.1,
        local_sizes=((8, 7, 7), (8, 7, 7), (8, 7, 7), (8, 7, 7)),
        fine_pysizes=((8, 7, 7), (8, 7, 7), (8, 7, 7), (16, 7, 7)),
        coarse_pysizes=((4, 4, 4), (4, 4, 4), (4, 4, 4), (4, 4, 4)),
    ),
    cls_head=dict(
        type='I3DHead',
        num_classes=400,
        in_channels=512,
        spatial_type='avg',
        dropout_ratio=0.5,
        average_clips='prob',
    ),
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        format_shape='NCTHW',
    ),
    test_cfg=dict(max_testing_views=4),
)
