# Motionformer on Kinetics: clips of 16 frames at rate 4, 224 x 224. A test takes ten clips with three crops.
train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleClipsInTime', clip_len=16, frame_interval=4),
        crop='random',
        short_side=(256, 320),
        size=224,
        flip=0.5,
        format='frames',
    ),
    dict(
        type='RandomApply',
        prob=0.8,
        transforms=[dict(type='ColorJitter', brightness=0.4, contrast=0.4, saturation=0.4, hue=0.0)],
    ),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
val_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleClipsInTime', clip_len=16, frame_interval=4, test_mode=True),
        crop='center',
        test_crops='pyslowfast',
        short_side=224,
        size=224,
    ),
    dict(type='PackActionInputs'),
]
test_pipeline = [
    dict(val_pipeline[0], sampling=dict(val_pipeline[0]['sampling'], num_clips=10), crop='three'),
    val_pipeline[1],
]
