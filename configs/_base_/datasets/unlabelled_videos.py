# What the data loaders of all data sets for pre-training share: labels in the lists are ignored.
train_dataloader = dict(
    batch_size=32,
    num_workers=8,
    persistent_workers=True,
    drop_last=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(type='mmaction_vt.UnlabelledVideos'),
)
