# The data set that tools/data/motion_capture.py renders. A clip takes 16 frames of a video, spread over all of it. The
# mirror image of each action is the same action.
_base_ = './video_loaders.py'

train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='UniformSample', clip_len=16),
        crop='random',
        short_side=(64, 76),
        size=64,
        flip=0.5,
    ),
    dict(type='PackActionInputs'),
]
val_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='UniformSample', clip_len=16, test_mode=True),
        crop='center',
        short_side=64,
        size=64,
    ),
    dict(type='PackActionInputs'),
]
test_pipeline = val_pipeline

data_root = 'data/people'
num_classes = 15
class_names = 'people'

train_dataloader = dict(
    batch_size=16,
    num_workers=2,
    dataset=dict(
        ann_file=f'{data_root}/train.txt',
        data_prefix=dict(video=data_root),
        num_classes=num_classes,
        pipeline=train_pipeline,
    ),
)
val_dataloader = test_dataloader = dict(
    batch_size=32,
    num_workers=2,
    dataset=dict(
        ann_file=f'{data_root}/val.txt',
        data_prefix=dict(video=data_root),
        num_classes=num_classes,
        pipeline=val_pipeline,
    ),
)
