# Motionformer-HR
_base_ = 'motionformer_224_16x4_ssv2.py'

model = dict(backbone=dict(img_size=336))

train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips', sampling=dict(type='mmaction_vt.SampleSegments', clip_len=16), format='frames'
    ),
    dict(type='mmaction_vt.RandAugment', policy='rand-m20-mstd0.5-inc1'),
    dict(type='mmaction_vt.RandomShortSideScale', min_size=384, max_size=480, inverse=True),
    dict(type='RandomCrop', size=336),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
val_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleSegments', clip_len=16, test_mode=True),
        crop='center',
        test_crops='pyslowfast',
        short_side=336,
        size=336,
    ),
    dict(type='PackActionInputs'),
]
test_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleSegments', clip_len=16, test_mode=True),
        crop='three',
        test_crops='pyslowfast',
        short_side=336,
        size=336,
    ),
    dict(type='PackActionInputs'),
]

train_dataloader = dict(batch_size=1, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))

# 64 videos a step: 8 passes of 8 GPUs with 1 each. base_batch_size counts one pass.
optim_wrapper = dict(optimizer=dict(lr=3.75e-5))
auto_scale_lr = dict(base_batch_size=8)
