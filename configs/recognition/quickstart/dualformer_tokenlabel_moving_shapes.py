# A DualFormer with half the channels, which also learns what the trained one of the quickstart sees in each token.
_base_ = './dualformer_student_moving_shapes.py'

model = dict(
    type='mmaction_vt.TokenLabelRecognizer3D',
    cls_head=dict(
        _delete_=True, type='mmaction_vt.TokenLabelHead', num_classes=8, in_channels=96, average_clips='prob'
    ),
    teacher=dict(
        config='configs/recognition/quickstart/dualformer_moving_shapes.py',
        checkpoint='work_dirs/dualformer_moving_shapes/epoch_5.pth',
    ),
)
