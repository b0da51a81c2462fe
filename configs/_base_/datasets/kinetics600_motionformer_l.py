# Kinetics-600 as Motionformer-L reads it.
_base_ = ['./kinetics600.py', '../pipelines/motionformer_32x3_224.py']

train_dataloader = dict(batch_size=1, dataset=dict(pipeline=_base_.train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=_base_.val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=_base_.test_pipeline))
