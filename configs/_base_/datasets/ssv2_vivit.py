# Something-Something V2 as ViViT reads it: 32 consecutive frames, 224 x 224, RandAugment. There is no flip, since left
# and right are part of the labels. A test takes four clips with three crops.
_base_ = './ssv2.py'

train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='SampleFrames', clip_len=32, frame_interval=1),
        format='frames',
    ),
    dict(type='mmaction_vt.RandAugment', policy='rand-m10-n2-mstd0.5-inc1'),
    dict(type='mmaction_vt.RandomShortSideScale', min_size=230, max_size=340),
    dict(type='RandomCrop', size=224),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
val_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='SampleFrames', clip_len=32, frame_interval=1, num_clips=1, test_mode=True),
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
train_dataloader = dict(batch_size=8, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
