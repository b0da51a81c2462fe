# EPIC-KITCHENS-100 as Motionformer reads it: clips of 16 frames at rate 4 inside a segment, 224 x 224, RandAugment. A
# test takes ten clips with three crops.
_base_ = './epickitchens.py'

train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleClipsInTime', clip_len=16, frame_interval=4),
        format='frames',
    ),
    dict(type='mmaction_vt.RandAugment', policy='rand-m15-mstd0.5-inc1'),
    dict(type='mmaction_vt.RandomShortSideScale', min_size=256, max_size=320),
    dict(type='RandomCrop', size=224),
    dict(type='Flip', flip_ratio=0.5),
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
train_dataloader = dict(batch_size=4, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
