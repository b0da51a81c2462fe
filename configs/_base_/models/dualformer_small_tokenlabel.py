# DualFormer-S trained with token labels: the class of a clip and, for each token, the scores of DualFormer-B. Any
# config with its checkpoint can be the teacher.
_base_ = './dualformer_small.py'

model = dict(
    type='mmaction_vt.TokenLabelRecognizer3D',
    # No public link to the authors' image model is known.
    backbone=dict(
        init_cfg=dict(type='mmaction_vt.FromImageModel', checkpoint='checkpoints/pretrained_2d/dualformer_small.pth')
    ),
    cls_head=dict(
        _delete_=True,
        type='mmaction_vt.TokenLabelHead',
        num_classes=400,
        in_channels=768,
        dropout_ratio=0.5,
        loss_cls=dict(type='mmaction_vt.TokenLabelLoss', gamma=0.5, num_top=5),
        average_clips='prob',
    ),
    teacher=dict(
        config='configs/recognition/dualformer/dualformer_base_patch244_window877_kinetics400_1k.py',
        checkpoint='checkpoints/k400/dualformer_base_patch244_window877.pth',
    ),
)
