# MuWiGes as LightTimeSformer reads it: 32 frames that span the entire video, 224 x 224 from its lower right, where the
# hand is. There is no flip, since gestures have a direction.
_base_ = './muwiges.py'

train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleSegments', clip_len=32),
        crop='anchored',
        short_side=256,
        size=224,
        anchor=(1.0, 1.0),
        jitter=0.2,
    ),
    dict(type='PackActionInputs'),
]
val_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleSegments', clip_len=32, test_mode=True),
        crop='anchored',
        short_side=256,
        size=224,
        anchor=(1.0, 1.0),
    ),
    dict(type='PackActionInputs'),
]
test_pipeline = val_pipeline
train_dataloader = dict(batch_size=4, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(batch_size=4, dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(batch_size=4, dataset=dict(pipeline=test_pipeline))
