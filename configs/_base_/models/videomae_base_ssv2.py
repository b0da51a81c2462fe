# VideoMAE-B for Something-Something V2, pre-trained there for 2,400 epochs.
_base_ = './videomae_base.py'

blending = _base_.model.data_preprocessor.blending
model = dict(
    backbone=dict(init_cfg=dict(checkpoint='https://drive.google.com/file/d/1I18dY_7rSalGL8fPWV82c0-foRUDzJJk/view')),
    cls_head=dict(num_classes=174),
    data_preprocessor=dict(blending=dict(augments=[dict(kind, num_classes=174) for kind in blending.augments])),
)
