# AVA 2.2 with clips of 32 frames at interval 2.
_base_ = ['./ava.py', '../pipelines/ava_32x2_256.py']

train_dataloader = dict(dataset=dict(pipeline=_base_.train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=_base_.val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=_base_.test_pipeline))
