# TimeSformer on Something-Something: one frame from each of 8 segments, 224 x 224, without a flip, since left and right
# are part of the labels. A test takes one clip with three crops.
train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleSegments', clip_len=8),
        crop='random',
        short_side=(256, 320),
        size=224,
        inverse=True,
    ),
    dict(type='PackActionInputs'),
]
val_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleSegments', clip_len=8, test_mode=True),
        crop='center',
        test_crops='pyslowfast',
        short_side=224,
        size=224,
    ),
    dict(type='PackActionInputs'),
]
test_pipeline = [dict(val_pipeline[0], crop='three'), val_pipeline[1]]
