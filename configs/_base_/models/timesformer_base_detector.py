# An action detector on the backbone of timesformer_base.py, with the head of VideoMAE's fine-tuning on AVA.
_base_ = './timesformer_base.py'

model = dict(
    _delete_=True,
    type='mmaction_vt.ActionDetector',
    backbone=dict(_base_.model.backbone, init_cfg=None),
    cls_head=dict(
        type='mmaction_vt.ActionRoIHead', num_classes=80, in_channels=768, sampling_ratio=0, score_boxes=True
    ),
    data_preprocessor=_base_.model.data_preprocessor,
)
