# A small DualFormer that recognises what a person does. It starts from the quickstart's, which knows motion already;
# its classifier is trained from scratch. The learning rate is that of two processes, one per core.
_base_ = [
    '../../_base_/models/dualformer_mini.py',
    '../../_base_/datasets/people.py',
    '../../_base_/schedules/moving_shapes_adamw_8e.py',
    '../../_base_/moving_shapes_runtime.py',
]

load_from = 'tests/data/trained/dualformer_moving_shapes.pth'
model = dict(cls_head=dict(num_classes=15, dropout_ratio=0.2, label_smooth_eps=0.1))
train_dataloader = dict(num_workers=1)
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
