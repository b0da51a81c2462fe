# DualFormer on small data sets: clips of 32 frames at interval 4, 224 x 224. Validation takes four clips, a test four
# clips with three crops.
train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleFrames', clip_len=32, frame_interval=4),
        crop='random_resized',
        size=224,
        flip=0.5,
    ),
    dict(type='PackActionInputs'),
]
val_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleFrames', clip_len=32, frame_interval=4, num_clips=4, test_mode=True),
        crop='center',
        short_side=256,
        size=224,
    ),
    dict(type='PackActionInputs'),
]
test_pipeline = [dict(val_pipeline[0], crop='three', short_side=224), val_pipeline[1]]
