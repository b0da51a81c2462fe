# An action detector for the quickstart: the small TimeSformer on frames of 96 x 96, and a head for given boxes.
_base_ = './timesformer_mini.py'

model = dict(
    type='mmaction_vt.ActionDetector',
    backbone=dict(img_size=96),
    cls_head=dict(_delete_=True, type='mmaction_vt.ActionRoIHead', num_classes=8, in_channels=96),
)
