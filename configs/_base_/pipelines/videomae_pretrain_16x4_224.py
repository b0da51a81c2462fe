# VideoMAE's pre-training: clips of 16 frames at interval 4, crops of several scales, no flip. Reconstructions are
# drawn of the centre of a video's middle clip.
train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='SampleFrames', clip_len=16, frame_interval=4),
        format='frames',
    ),
    dict(type='MultiScaleCrop', input_size=224, scales=(1, 0.875, 0.75, 0.66), num_fixed_crops=13),
    dict(type='Resize', scale=(224, 224), keep_ratio=False),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
test_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='SampleFrames', clip_len=16, frame_interval=4, test_mode=True),
        crop='center',
        short_side=224,
        size=224,
    ),
    dict(type='PackActionInputs'),
]
