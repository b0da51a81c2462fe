# What the data loaders of all data sets of labelled videos share. A data set adds lists, folders and classes.
train_dataloader = dict(
    num_workers=8,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(type='mmaction_vt.VideoDataset'),
)
val_dataloader = test_dataloader = dict(
    batch_size=1,
    num_workers=8,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(type='mmaction_vt.VideoDataset', test_mode=True),
)

val_evaluator = test_evaluator = [dict(type='mmaction_vt.CountBrokenVideos'), dict(type='AccMetric')]
