# Actions of HVU as TimeSformer reads Kinetics.
_base_ = ['./hvu_action.py', '../pipelines/timesformer_8x32_224.py']

train_dataloader = dict(batch_size=8, dataset=dict(pipeline=_base_.train_pipeline))
val_dataloader = dict(batch_size=8, dataset=dict(pipeline=_base_.val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=_base_.test_pipeline))
