# AVA 2.2 with clips of 16 frames at interval 4.
_base_ = ['./ava.py', '../pipelines/ava_16x4_256.py']

train_dataloader = dict(dataset=dict(pipeline=_base_.train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=_base_.val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=_base_.test_pipeline))
