# UCF-101 as DualFormer reads it.
_base_ = ['./ucf101.py', '../pipelines/dualformer_32x4_224.py']

train_dataloader = dict(batch_size=16, dataset=dict(pipeline=_base_.train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=_base_.val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=_base_.test_pipeline))
