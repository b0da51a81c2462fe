# ViViT on Kinetics: clips of 32 frames at interval 2, 224 x 224. A test takes four clips with three crops.
train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='SampleFrames', clip_len=32, frame_interval=2),
        crop='random',
        short_side=(230, 340),
        size=224,
        flip=0.5,
        format='frames',
    ),
    dict(
        type='RandomApply',
        prob=0.8,
        transforms=[dict(type='ColorJitter', brightness=0.125, contrast=0.4, saturation=0.4, hue=0.2)],
    ),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
val_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='SampleFrames', clip_len=32, frame_interval=2, num_clips=1, test_mode=True),
        crop='center',
        short_side=224,
        size=224,
    ),
    dict(type='PackActionInputs'),
]
test_pipeline = [
    dict(val_pipeline[0], sampling=dict(val_pipeline[0]['sampling'], num_clips=4), crop='three'),
    val_pipeline[1],
]
