# The small pre-training: 34 epochs of AdamW in steps of 16 clips.
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=34)

optim_wrapper = dict(
    optimizer=dict(type='AdamW', lr=6e-3, betas=(0.9, 0.95), weight_decay=0.05),
    paramwise_cfg=dict(norm_decay_mult=0.0, bias_decay_mult=0.0, custom_keys={'mask_token': dict(decay_mult=0.0)}),
    clip_grad=dict(max_norm=1.0),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=True, begin=0, end=2, convert_to_iter_based=True),
    dict(type='CosineAnnealingLR', by_epoch=True, begin=2, end=34, convert_to_iter_based=True),
]
auto_scale_lr = dict(enable=False, base_batch_size=16)
