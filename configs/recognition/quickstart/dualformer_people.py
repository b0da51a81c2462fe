# A small DualFormer that recognises what a person does. It starts from the quickstart's, which knows motion already;
# its classifier is trained from scratch.
_base_ = [
    '../../_base_/models/dualformer_mini.py',
    '../../_base_/datasets/people.py',
    '../../_base_/schedules/moving_shapes_adamw_8e.py',
    '../../_base_/moving_shapes_runtime.py',
]

load_from = 'tests/data/trained/dualformer_moving_shapes.pth'
model = dict(cls_head=dict(num_classes=15, dropout_ratio=0.2))
train_cfg = dict(max_epochs=12, val_interval=2)
optim_wrapper = dict(optimizer=dict(lr=7e-4))
param_scheduler = [_base_.param_scheduler[0], dict(_base_.param_scheduler[1], end=12)]
