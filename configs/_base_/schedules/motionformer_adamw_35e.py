# 35 epochs of AdamW with 256 videos a step: 8 backward passes of 8 GPUs with 4 videos each, for which the authors had
# 64 GPUs. Weight decay applies to all parameters, as published.
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=35, val_begin=1, val_interval=5)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')

optim_wrapper = dict(
    type='mmaction_vt.MixedPrecisionOptimWrapper',
    precision='bf16',  # the authors' GPUs had float16
    optimizer=dict(type='AdamW', lr=1e-4, weight_decay=0.05),
    accumulative_counts=8,
)

param_scheduler = [dict(type='MultiStepLR', begin=0, end=35, by_epoch=True, milestones=[20, 30], gamma=0.1)]

# The total batch of one pass that the learning rate is meant for; train.py --auto-scale-lr scales by it.
auto_scale_lr = dict(enable=False, base_batch_size=32)
