# 16 epochs of AdamW on 8 GPUs, from a Kinetics-400 model. The learning rate of the classifier is ten times that of the
# backbone and follows a cosine; norms and position convolutions have no weight decay.
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=16, val_begin=1, val_interval=2)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')

optim_wrapper = dict(
    type='mmaction_vt.MixedPrecisionOptimWrapper',
    precision='bf16',  # the authors' GPUs had float16, by apex
    optimizer=dict(type='AdamW', lr=1e-3, betas=(0.9, 0.999), weight_decay=0.1),
    # All keys that occur in a parameter's name apply; mmengine's own constructor applies the longest alone.
    constructor='SwinOptimWrapperConstructor',
    paramwise_cfg=dict(pos_block=dict(decay_mult=0.0), norm=dict(decay_mult=0.0), backbone=dict(lr_mult=0.1)),
)

param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, by_epoch=True, begin=0, end=1, convert_to_iter_based=True),
    dict(type='CosineAnnealingLR', T_max=16, eta_min=0, by_epoch=True, begin=0, end=16),
]

# The total batch of one pass that the learning rate is meant for; train.py --auto-scale-lr scales by it.
auto_scale_lr = dict(enable=False, base_batch_size=64)
