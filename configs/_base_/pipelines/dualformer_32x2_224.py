# DualFormer on Kinetics: clips of 32 frames at interval 2, 224 x 224. A test takes four clips.
train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleFrames', clip_len=32, frame_interval=2),
        crop='random_resized',
        size=224,
        flip=0.5,
    ),
    dict(type='PackActionInputs'),
]
val_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleFrames', clip_len=32, frame_interval=2, num_clips=1, test_mode=True),
        crop='center',
        short_side=256,
        size=224,
    ),
    dict(type='PackActionInputs'),
]
test_pipeline = [
    dict(val_pipeline[0], sampling=dict(val_pipeline[0]['sampling'], num_clips=4), short_side=224),
    val_pipeline[1],
]
