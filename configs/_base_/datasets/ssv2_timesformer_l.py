# Something-Something V2 as TimeSformer-L reads it: one frame from each of 64 segments, 224 x 224.
_base_ = './ssv2_timesformer.py'

train_pipeline, val_pipeline, test_pipeline = (
    [dict(clips, sampling=dict(clips.sampling, clip_len=64)), pack]
    for clips, pack in (_base_.train_pipeline, _base_.val_pipeline, _base_.test_pipeline)
)
train_dataloader = dict(batch_size=1, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(batch_size=2, dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
