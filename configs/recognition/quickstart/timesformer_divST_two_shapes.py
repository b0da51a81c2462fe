# The small TimeSformer with several labels per video, trained from scratch in minutes on two CPU cores.
_base_ = [
    '../../_base_/models/timesformer_mini.py',
    '../../_base_/datasets/two_shapes.py',
    '../../_base_/schedules/moving_shapes_adamw_8e.py',
    '../../_base_/moving_shapes_runtime.py',
]

model = dict(cls_head=dict(type='mmaction_vt.MultiLabelHead'))
default_hooks = dict(checkpoint=dict(save_best='multi_label/mAP'))
