# Something-Something V2 as Motionformer reads it: one frame from each of 16 segments, 224 x 224, RandAugment. There is
# no flip, since left and right are part of the labels. A test takes one clip with three crops.
_base_ = './ssv2.py'

train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips', sampling=dict(type='mmaction_vt.SampleSegments', clip_len=16), format='frames'
    ),
    dict(type='mmaction_vt.RandAugment', policy='rand-m20-mstd0.5-inc1'),
    dict(type='mmaction_vt.RandomShortSideScale', min_size=256, max_size=320, inverse=True),
    dict(type='RandomCrop', size=224),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
val_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleSegments', clip_len=16, test_mode=True),
        crop='center',
        test_crops='pyslowfast',
        short_side=224,
        size=224,
    ),
    dict(type='PackActionInputs'),
]
test_pipeline = [dict(val_pipeline[0], crop='three'), val_pipeline[1]]
train_dataloader = dict(batch_size=4, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
