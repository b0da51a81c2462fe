# The student of the small DualFormer, which also learns its teacher's scores of each token.
_base_ = './dualformer_student_moving_shapes.py'

model = dict(
    type='mmaction_vt.TokenLabelRecognizer3D',
    cls_head=dict(type='mmaction_vt.TokenLabelHead'),
    teacher=dict(
        config='configs/recognition/quickstart/dualformer_moving_shapes.py',
        checkpoint='work_dirs/dualformer_moving_shapes/epoch_5.pth',
    ),
)
