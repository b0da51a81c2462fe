# Fine-tuning on few labels: 80 epochs of AdamW, validated at the end.
_base_ = './moving_shapes_adamw_8e.py'

train_cfg = dict(max_epochs=80, val_begin=80, val_interval=80)
optim_wrapper = dict(optimizer=dict(lr=3e-3))
param_scheduler = [dict(_base_.param_scheduler[0], end=5), dict(_base_.param_scheduler[1], begin=5, end=80)]
