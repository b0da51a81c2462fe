# The recipe of the Video Transformer benchmark (github.com/mx-mark/VideoTransformer-pytorch): intervals are counted in
# frames, whatever the frame rate; a random crop and a flip.
_base_ = 'timesformer_divST_8x32_224_kinetics600.py'

model = dict(backbone=dict(norm_eps=1e-5))  # of the norms in its blocks; its last norm has 1e-6

train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='SampleFrames', clip_len=8, frame_interval=32),
        crop='random',
        short_side=(256, 320),
        size=224,
        flip=0.5,
    ),
    dict(type='PackActionInputs'),
]
val_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='SampleFrames', clip_len=8, frame_interval=32, test_mode=True),
        crop='center',
        short_side=256,
        size=224,
    ),
    dict(type='PackActionInputs'),
]
test_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='SampleFrames', clip_len=8, frame_interval=32, test_mode=True),
        crop='three',
        short_side=224,
        size=224,
    ),
    dict(type='PackActionInputs'),
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))

# As in the log of the published weights; its trainer also has a cosine: ../../_base_/schedules/benchmark_cosine_15e.py
param_scheduler = [dict(type='MultiStepLR', begin=0, end=15, by_epoch=True, milestones=[5, 11], gamma=0.1)]
