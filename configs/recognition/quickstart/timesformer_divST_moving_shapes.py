# A small TimeSformer, trained from scratch in a few minutes on two CPU cores.
_base_ = ['../../_base_/datasets/moving_shapes.py', '../../_base_/default_runtime.py']

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

train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=8, val_begin=1, val_interval=1)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')

optim_wrapper = dict(
    optimizer=dict(type='AdamW', lr=5e-4, weight_decay=0.05),
    paramwise_cfg=dict(norm_decay_mult=0.0, bias_decay_mult=0.0),
    clip_grad=dict(max_norm=1.0),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=True, begin=0, end=1, convert_to_iter_based=True),
    dict(type='CosineAnnealingLR', by_epoch=True, begin=1, end=8, convert_to_iter_based=True),
]
auto_scale_lr = dict(enable=False, base_batch_size=16)

default_hooks = dict(checkpoint=dict(interval=1, max_keep_ckpts=3, save_best='acc/top1', rule='greater'))
randomness = dict(seed=0)
