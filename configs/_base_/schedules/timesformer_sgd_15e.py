# 15 epochs of SGD with 64 videos a step: 8 GPUs with 8 videos each.
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=15, val_begin=1, val_interval=5)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')

optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='SGD', lr=0.005, momentum=0.9, weight_decay=1e-4, nesterov=True),
)

param_scheduler = [dict(type='MultiStepLR', begin=0, end=15, by_epoch=True, milestones=[11, 14], gamma=0.1)]

# The total batch that the learning rate is meant for; train.py --auto-scale-lr scales by it.
auto_scale_lr = dict(enable=False, base_batch_size=64)
