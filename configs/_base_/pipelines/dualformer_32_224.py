# DualFormer on data sets with directions: one frame from each of 32 segments, 224 x 224, without a flip, since left and
# right are part of the labels. A test takes one clip with three crops.
train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleSegments', clip_len=32),
        crop='random_resized',
        size=224,
    ),
    dict(type='PackActionInputs'),
]
val_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleSegments', clip_len=32, test_mode=True),
        crop='center',
        short_side=256,
        size=224,
    ),
    dict(type='PackActionInputs'),
]
test_pipeline = [dict(val_pipeline[0], crop='three', short_side=224), val_pipeline[1]]
