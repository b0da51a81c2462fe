# What data sets with several labels per video share.
_base_ = './video_loaders.py'

train_dataloader = dict(dataset=dict(multi_class=True))
val_dataloader = test_dataloader = dict(dataset=dict(multi_class=True))

val_evaluator = test_evaluator = [
    dict(type='mmaction_vt.CountBrokenVideos'),
    dict(type='mmaction_vt.MultiLabelMetric'),
]
