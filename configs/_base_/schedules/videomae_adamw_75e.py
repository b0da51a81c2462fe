# VideoMAE's fine-tuning: AdamW with 384 videos a step, of which each is seen twice; the rate of a block is 0.75 times
# that of the next. Linear warm-up for five epochs, then a cosine. 75 epochs, as of VideoMAE-B.
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=75, val_begin=1, val_interval=5)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')

optim_wrapper = dict(
    type='mmaction_vt.MixedPrecisionOptimWrapper',
    precision='bf16',  # the authors' GPUs had float16
    optimizer=dict(type='AdamW', lr=7.5e-4, betas=(0.9, 0.999), weight_decay=0.05),
    constructor='mmaction_vt.LayerDecayOptimWrapperConstructor',
    paramwise_cfg=dict(decay_rate=0.75, no_decay_1d=True),
    accumulative_counts=8,
)
param_scheduler = [
    dict(type='LinearLR', start_factor=1e-3, by_epoch=True, begin=0, end=5, convert_to_iter_based=True),
    dict(type='CosineAnnealingLR', eta_min_ratio=2e-3, by_epoch=True, begin=5, end=75, convert_to_iter_based=True),
]

# The total batch of one pass that the learning rate is meant for; train.py --auto-scale-lr scales by it.
auto_scale_lr = dict(enable=False, base_batch_size=48)
