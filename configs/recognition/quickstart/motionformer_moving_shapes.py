# A small Motionformer, trained from scratch in a few minutes on two CPU cores: 8 tubelets of 2 frames.
_base_ = './timesformer_divST_moving_shapes.py'

model = dict(
    backbone=dict(
        _delete_=True,
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
        # Trajectories learn sooner where attention along them starts less certain.
        init_cfg=dict(type='mmaction_vt.FromScratch', neighbour_gain=0.7, noise_gain=1.0),
    ),
    cls_head=dict(
        _delete_=True, type='mmaction_vt.MotionformerHead', num_classes=8, in_channels=96, average_clips='prob'
    ),
    data_preprocessor=dict(mean=[127.5, 127.5, 127.5], std=[127.5, 127.5, 127.5]),
)

optim_wrapper = dict(optimizer=dict(lr=1e-3))

train_pipeline = [
    dict(type='mmaction_vt.VideoToClips', sampling=dict(type='UniformSample', clip_len=16)),
    dict(type='PackActionInputs'),
]
val_pipeline = [
    dict(type='mmaction_vt.VideoToClips', sampling=dict(type='UniformSample', clip_len=16, test_mode=True)),
    dict(type='PackActionInputs'),
]
test_pipeline = val_pipeline
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
