# The moving shapes without their labels, in clips of all 16 frames, of 32 x 32 pixels.
_base_ = './unlabelled_videos.py'

train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='UniformSample', clip_len=16),
        crop='random',
        short_side=(32, 38),
        size=32,
    ),
    dict(type='PackActionInputs'),
]
test_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='UniformSample', clip_len=16, test_mode=True),
        crop='center',
        short_side=32,
        size=32,
    ),
    dict(type='PackActionInputs'),
]
data_root = 'data/moving_shapes'
train_dataloader = dict(
    batch_size=16,
    num_workers=2,
    dataset=dict(ann_file=f'{data_root}/train.txt', data_prefix=dict(video=data_root), pipeline=train_pipeline),
)
