# Multi-Moments in Time as DualFormer reads Kinetics: a clip spans two of a video's three seconds.
_base_ = ['./mmit.py', '../pipelines/dualformer_32x2_224.py']

train_dataloader = dict(batch_size=8, dataset=dict(pipeline=_base_.train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=_base_.val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=_base_.test_pipeline))
