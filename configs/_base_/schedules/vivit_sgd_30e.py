# 30 epochs of SGD with 64 videos a step: 2 backward passes of 8 GPUs with 4 videos each. Gradients are clipped to
# norm 1, the learning rate follows a cosine, and there is no weight decay.
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=30, val_begin=1, val_interval=5)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')

optim_wrapper = dict(
    type='mmaction_vt.MixedPrecisionOptimWrapper',
    precision='bf16',  # the authors' TPUs had float32
    optimizer=dict(type='SGD', lr=0.1, momentum=0.9),
    accumulative_counts=2,
    clip_grad=dict(max_norm=1.0),
)

param_scheduler = [
    dict(type='LinearLR', start_factor=1e-3, by_epoch=True, begin=0, end=2.5, convert_to_iter_based=True),
    dict(type='CosineAnnealingLR', T_max=30, eta_min=0, by_epoch=True, begin=0, end=30),
]

# The total batch of one pass that the learning rate is meant for; train.py --auto-scale-lr scales by it.
auto_scale_lr = dict(enable=False, base_batch_size=32)
