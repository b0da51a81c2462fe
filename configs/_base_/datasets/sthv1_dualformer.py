# Something-Something V1 for DualFormer.
_base_ = ['./sthv1.py', '../pipelines/dualformer_32_224.py']

train_dataloader = dict(batch_size=8, dataset=dict(pipeline=_base_.train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=_base_.val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=_base_.test_pipeline))
