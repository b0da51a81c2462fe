# VideoMAE's pre-training: AdamW, 1.5e-4 for a batch of 256, 40 epochs of warm-up, then a cosine that ends at 1e-5.
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=800)

optim_wrapper = dict(
    optimizer=dict(type='AdamW', lr=1.5e-4, betas=(0.9, 0.95), weight_decay=0.05),
    paramwise_cfg=dict(norm_decay_mult=0.0, bias_decay_mult=0.0, custom_keys={'mask_token': dict(decay_mult=0.0)}),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=1 / 150, by_epoch=True, begin=0, end=40, convert_to_iter_based=True),
    dict(type='CosineAnnealingLR', eta_min_ratio=1 / 15, by_epoch=True, begin=40, end=800, convert_to_iter_based=True),
]
auto_scale_lr = dict(enable=False, base_batch_size=256)
