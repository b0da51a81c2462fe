# The small TimeSformer with several labels per video, trained from scratch in minutes on two CPU cores.
_base_ = [
    '../../_base_/models/timesformer_mini.py',
    '../../_base_/datasets/two_shapes.py',
    '../../_base_/schedules/moving_shapes_adamw_8e.py',
    '../../_base_/moving_shapes_runtime.py',
]

model = dict(cls_head=dict(type='mmaction_vt.MultiLabelHead'))
train_cfg = dict(max_epochs=16)
optim_wrapper = dict(optimizer=dict(lr=1e-3))
param_scheduler = [_base_.param_scheduler[0], dict(_base_.param_scheduler[1], end=16)]
default_hooks = dict(checkpoint=dict(save_best='multi_label/mAP'))
