# The segments of ActivityNet as TimeSformer reads the videos of HowTo100M.
_base_ = ['./activitynet.py', '../pipelines/timesformer_covering_8x32_224.py']

train_dataloader = dict(batch_size=8, dataset=dict(pipeline=_base_.train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=_base_.val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=_base_.test_pipeline))
