# V-JEPA 2's probes: 20 epochs of AdamW with 256 videos a step, 8 GPUs with 4 videos in each of 8 passes, and a cosine
# without a warm-up. The authors train 20 probes at once and report the best: rates of 5e-3, 3e-3, 1e-3, 3e-4 and 1e-4,
# weight decays of 0.01, 0.1, 0.4 and 0.8. This is one of them.
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=20, val_begin=1, val_interval=1)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')

optim_wrapper = dict(
    type='mmaction_vt.MixedPrecisionOptimWrapper',
    precision='bf16',
    optimizer=dict(type='AdamW', lr=1e-3, weight_decay=0.1),
    paramwise_cfg=dict(norm_decay_mult=0.0, bias_decay_mult=0.0),
    accumulative_counts=8,
)
param_scheduler = [
    dict(type='CosineAnnealingLR', eta_min=0, by_epoch=True, begin=0, end=20, convert_to_iter_based=True)
]

# The total batch of one pass that the learning rate is meant for; train.py --auto-scale-lr scales by it.
auto_scale_lr = dict(enable=False, base_batch_size=32)
