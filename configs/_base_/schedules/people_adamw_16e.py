# For people: AdamW, two processes of 16 clips each; an epoch of warm-up, then a cosine that restarts near the end.
_base_ = 'moving_shapes_adamw_8e.py'
train_cfg = dict(max_epochs=16, val_interval=4)
optim_wrapper = dict(optimizer=dict(lr=1e-3))
param_scheduler = [
    _base_.param_scheduler[0],
    dict(
        type='CosineRestartLR',
        periods=[11, 4],
        restart_weights=[1.0, 0.5],
        eta_min=0.0,
        begin=1,
        end=16,
        by_epoch=True,
        convert_to_iter_based=True,
    ),
]
auto_scale_lr = dict(base_batch_size=32)
