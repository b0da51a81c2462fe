# Kinetics-600 as TimeSformer-L reads it.
_base_ = ['./kinetics600.py', '../pipelines/timesformer_96x4_224.py']

train_dataloader = dict(batch_size=1, dataset=dict(pipeline=_base_.train_pipeline))
val_dataloader = dict(batch_size=2, dataset=dict(pipeline=_base_.val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=_base_.test_pipeline))
