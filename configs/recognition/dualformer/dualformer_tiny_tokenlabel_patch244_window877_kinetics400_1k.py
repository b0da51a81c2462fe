# The class of a clip, and for each token what DualFormer-B says of it. The teacher is any config with its checkpoint.
_base_ = 'dualformer_tiny_patch244_window877_kinetics400_1k.py'

model = dict(
    type='mmaction_vt.TokenLabelRecognizer3D',
    cls_head=dict(
        _delete_=True,
        type='mmaction_vt.TokenLabelHead',
        num_classes=400,
        in_channels=512,
        dropout_ratio=0.5,
        loss_cls=dict(type='mmaction_vt.TokenLabelLoss', gamma=0.5, num_top=5),
        average_clips='prob',
    ),
    teacher=dict(
        config='configs/recognition/dualformer/dualformer_base_patch244_window877_kinetics400_1k.py',
        checkpoint='checkpoints/k400/dualformer_base_patch244_window877.pth',
    ),
)

train_dataloader = dict(batch_size=16)
optim_wrapper = dict(accumulative_counts=2)
auto_scale_lr = dict(base_batch_size=128)
