# VideoMAE's fine-tuning on AVA: AdamW with 128 key frames a step, 8 GPUs with 4 each in 4 passes; the rate of a block
# is 0.75 times that of the next. Linear warm-up for five epochs, then a cosine, 30 epochs in all.
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=30, val_begin=1, val_interval=10)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')

optim_wrapper = dict(
    type='mmaction_vt.MixedPrecisionOptimWrapper',
    precision='bf16',  # the authors' GPUs had float16
    optimizer=dict(type='AdamW', lr=2.5e-4, betas=(0.9, 0.999), weight_decay=0.05),
    constructor='mmaction_vt.LayerDecayOptimWrapperConstructor',
    paramwise_cfg=dict(decay_rate=0.75, no_decay_1d=True),
    accumulative_counts=4,
)
param_scheduler = [
    dict(type='LinearLR', start_factor=2e-3, by_epoch=True, begin=0, end=5, convert_to_iter_based=True),
    dict(type='CosineAnnealingLR', eta_min_ratio=2e-3, by_epoch=True, begin=5, end=30, convert_to_iter_based=True),
]

# The total batch of one pass that the learning rate is meant for; train.py --auto-scale-lr scales by it.
auto_scale_lr = dict(enable=False, base_batch_size=32)
