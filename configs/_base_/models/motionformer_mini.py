# A Motionformer for the quickstart: 16 frames of 64 x 64 in 8 tubelets, 3 blocks of 96 channels.
model = dict(
    type='Recognizer3D',
    backbone=dict(
        type='mmaction_vt.Motionformer',
        img_size=64,
        patch_size=16,
        num_frames=16,
        tubelet_size=2,
        embed_dims=96,
        num_layers=3,
        num_heads=4,
        mlp_ratio=2.0,
        drop_path_rate=0.0,
        attention_type='trajectory',
        # Trajectories are learned sooner if attention along them starts less peaked.
        init_cfg=dict(type='mmaction_vt.FromScratch', neighbour_gain=0.7, noise_gain=1.0),
    ),
    cls_head=dict(type='mmaction_vt.MotionformerHead', num_classes=8, in_channels=96, average_clips='prob'),
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[127.5, 127.5, 127.5],
        std=[127.5, 127.5, 127.5],
        format_shape='NCTHW',
    ),
)
