# Kinetics-600 as ViViT reads it.
_base_ = ['./kinetics600.py', '../pipelines/vivit_32x2_224.py']

train_dataloader = dict(batch_size=4, dataset=dict(pipeline=_base_.train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=_base_.val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=_base_.test_pipeline))
