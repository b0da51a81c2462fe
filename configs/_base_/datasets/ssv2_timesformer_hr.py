# Something-Something V2 as TimeSformer-HR reads it: one frame from each of 16 segments, 448 x 448.
_base_ = './ssv2_timesformer.py'

train_pipeline, val_pipeline, test_pipeline = (
    [dict(clips, sampling=dict(clips.sampling, clip_len=16), short_side=side, size=448), pack]
    for (clips, pack), side in (
        (_base_.train_pipeline, (448, 512)),
        (_base_.val_pipeline, 448),
        (_base_.test_pipeline, 448),
    )
)
train_dataloader = dict(batch_size=1, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(batch_size=2, dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
