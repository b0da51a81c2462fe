# VideoMAE on Kinetics: clips of 16 frames at interval 4, RandAugment, random crops of any size, random erasing. The
# training's transforms are mmaction2's, with which RepeatAugDataset augments a decoded video twice. A test takes five
# clips with three crops.
train_pipeline = [
    dict(type='DecordInit'),
    dict(type='SampleFrames', clip_len=16, frame_interval=4),
    dict(type='DecordDecode'),
    dict(type='mmaction_vt.RandAugment', policy='rand-m7-n4-mstd0.5-inc1'),
    dict(type='RandomResizedCrop', area_range=(0.08, 1.0), aspect_ratio_range=(3 / 4, 4 / 3)),
    dict(type='Resize', scale=(224, 224), keep_ratio=False),
    dict(type='Flip', flip_ratio=0.5),
    dict(type='mmaction_vt.RandomErasing', prob=0.25),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
val_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='SampleFrames', clip_len=16, frame_interval=4, num_clips=1, test_mode=True),
        crop='center',
        short_side=224,
        size=224,
    ),
    dict(type='PackActionInputs'),
]
test_pipeline = [
    dict(val_pipeline[0], sampling=dict(val_pipeline[0]['sampling'], num_clips=5), crop='three'),
    val_pipeline[1],
]
