# HowTo100M in clips of 32 frames at rate 32.
_base_ = './howto100m_timesformer.py'

train_pipeline, val_pipeline, test_pipeline = (
    [dict(clips, sampling=dict(clips.sampling, clip_len=32)), pack]
    for clips, pack in (_base_.train_pipeline, _base_.val_pipeline, _base_.test_pipeline)
)
train_dataloader = dict(batch_size=2, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
