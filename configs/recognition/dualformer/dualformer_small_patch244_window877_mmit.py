# DualFormer-S on Multi-Moments in Time, from the published Kinetics-400 model. No settings are published.
_base_ = [
    '../../_base_/models/dualformer_small.py',
    '../../_base_/datasets/mmit_dualformer.py',
    '../../_base_/schedules/dualformer_adamw_16e.py',
    '../../_base_/default_runtime.py',
]

loss = dict(type='mmaction_vt.AsymmetricLoss')
layers = dict(in_channels=768, num_classes=313, dropout_ratio=0.5)
head = dict(type='mmaction_vt.MultiLabelHead', loss_cls=loss, average_clips='prob', **layers)
model = dict(cls_head=dict(head, _delete_=True))
optim_wrapper = dict(accumulative_counts=2)
load_from = 'checkpoints/k400/dualformer_small_patch244_window877.pth'
