# V-JEPA 2's probes: two clips of 16 frames at interval 4, which the probe reads together, 256 x 256, RandAugment,
# random crops of any size, random erasing. A test takes three crops.
train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='SampleFrames', clip_len=16, frame_interval=4, num_clips=2),
        crop='random_resized',
        area_range=(0.08, 1.0),
        aspect_range=(3 / 4, 4 / 3),
        size=256,
        format='frames',
    ),
    dict(type='mmaction_vt.RandAugment', policy='rand-m7-n4-mstd0.5-inc1'),
    dict(type='mmaction_vt.RandomErasing', prob=0.25),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
val_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='SampleFrames', clip_len=16, frame_interval=4, num_clips=2, test_mode=True),
        crop='center',
        short_side=256,
        size=256,
    ),
    dict(type='PackActionInputs'),
]
test_pipeline = [dict(val_pipeline[0], crop='three'), val_pipeline[1]]
