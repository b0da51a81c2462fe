# The data set that tools/data/moving_shapes.py generates: 16 frames of 64 x 64 pixels, of which a clip takes 8. Other
# videos are resized, and their centre is cropped.
_base_ = './video_loaders.py'

train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='UniformSample', clip_len=8),
        crop='center',
        short_side=64,
        size=64,
    ),
    dict(type='PackActionInputs'),
]
val_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='UniformSample', clip_len=8, test_mode=True),
        crop='center',
        short_side=64,
        size=64,
    ),
    dict(type='PackActionInputs'),
]
test_pipeline = val_pipeline

data_root = 'data/moving_shapes'
num_classes = 8
class_names = 'moving_shapes'
window = 16  # frames of a sliding window over a longer video

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
