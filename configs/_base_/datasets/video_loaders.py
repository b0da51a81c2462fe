# What the loaders of all data sets of labelled videos share. A data set adds lists, folders, classes and pipelines.
train_dataloader = dict(
    num_workers=8,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(type='mmaction_vt.VideoDataset'),
)
val_dataloader = dict(
    num_workers=8,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(type='mmaction_vt.VideoDataset', test_mode=True),
)
test_dataloader = dict(
    num_workers=8,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(type='mmaction_vt.VideoDataset', test_mode=True),
)

val_evaluator = [dict(type='mmaction_vt.CountBrokenVideos'), dict(type='AccMetric')]
test_evaluator = [dict(type='mmaction_vt.CountBrokenVideos'), dict(type='AccMetric')]
