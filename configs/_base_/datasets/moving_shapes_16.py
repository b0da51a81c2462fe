# The moving shapes in clips of all 16 frames.
_base_ = './moving_shapes.py'

train_pipeline, val_pipeline, test_pipeline = (
    [dict(clips, sampling=dict(clips.sampling, clip_len=16)), pack]
    for clips, pack in (_base_.train_pipeline, _base_.val_pipeline, _base_.test_pipeline)
)
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
