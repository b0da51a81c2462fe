# A small DualFormer, trained from scratch in a few minutes on two CPU cores: stages of (8, 16, 16), (8, 8, 8),
# (8, 4, 4) and (8, 2, 2) tokens.
_base_ = './timesformer_divST_moving_shapes.py'

model = dict(
    backbone=dict(
        _delete_=True,
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
    cls_head=dict(_delete_=True, type='I3DHead', num_classes=8, in_channels=192, average_clips='prob'),
    data_preprocessor=dict(mean=[127.5, 127.5, 127.5], std=[127.5, 127.5, 127.5]),
)

train_cfg = dict(max_epochs=5)
optim_wrapper = dict(optimizer=dict(lr=1e-3))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=True, begin=0, end=1, convert_to_iter_based=True),
    dict(type='CosineAnnealingLR', by_epoch=True, begin=1, end=5, convert_to_iter_based=True),
]

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
