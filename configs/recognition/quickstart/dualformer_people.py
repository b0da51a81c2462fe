# A small DualFormer that recognises what a person does. It starts from the quickstart's, which knows motion already;
# its classifier is trained from scratch. The learning rate is that of two processes, one per core.
_base_ = [
    '../../_base_/models/dualformer_mini.py',
    '../../_base_/datasets/people.py',
    '../../_base_/schedules/people_adamw_16e.py',
    '../../_base_/moving_shapes_runtime.py',
]

load_from = 'tests/data/trained/dualformer_moving_shapes.pth'
model = dict(cls_head=dict(num_classes=15, dropout_ratio=0.2, label_smooth_eps=0.1))
train_dataloader = dict(num_workers=1)
