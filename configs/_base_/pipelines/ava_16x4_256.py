# Key frames as VideoMAE is fine-tuned on AVA: 16 frames at interval 4 around the key frame. Training takes random crops
# of 224 of frames whose shorter side is 256, shifts hue, saturation and value, and moves the sides of boxes; testing
# takes the whole frame, and boxes a little larger than given.
train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleAroundKeyFrame', clip_len=16, frame_interval=4),
        crop='random',
        short_side=256,
        size=224,
        flip=0.5,
        format='frames',
    ),
    dict(type='mmaction_vt.JitterHSV'),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='mmaction_vt.MoveBoxes', min_visible=0.1),
    dict(type='mmaction_vt.JitterBoxes', width=(-0.1, 0.2), height=(-0.05, 0.1)),
    dict(type='mmaction_vt.PackDetectionInputs'),
]
val_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleAroundKeyFrame', clip_len=16, frame_interval=4),
        short_side=256,
    ),
    dict(type='mmaction_vt.MoveBoxes'),
    dict(type='mmaction_vt.JitterBoxes', width=0.1, height=0.05),
    dict(type='mmaction_vt.PackDetectionInputs'),
]
test_pipeline = val_pipeline
