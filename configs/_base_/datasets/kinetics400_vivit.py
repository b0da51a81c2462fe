# Kinetics-400 as ViViT reads it: clips of 32 frames at interval 2, 224 x 224; tested with four clips and three crops.
_base_ = './video_loaders.py'

train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='SampleFrames', clip_len=32, frame_interval=2),
        crop='random',
        short_side=(230, 340),
        size=224,
        flip=0.5,
        format='frames',
    ),
    dict(
        type='RandomApply',
        prob=0.8,
        transforms=[dict(type='ColorJitter', brightness=0.125, contrast=0.4, saturation=0.4, hue=0.2)],
    ),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
val_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='SampleFrames', clip_len=32, frame_interval=2, num_clips=1, test_mode=True),
        crop='center',
        short_side=224,
        size=224,
    ),
    dict(type='PackActionInputs'),
]
test_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='SampleFrames', clip_len=32, frame_interval=2, num_clips=4, test_mode=True),
        crop='three',
        short_side=224,
        size=224,
    ),
    dict(type='PackActionInputs'),
]

ann_file_train = 'data/kinetics400/kinetics400_train_list_videos.txt'
ann_file_val = 'data/kinetics400/kinetics400_val_list_videos.txt'
data_root_train = 'data/kinetics400/videos_train'
data_root_val = 'data/kinetics400/videos_val'
num_classes = 400
class_names = 'kinetics400'

train_dataloader = dict(
    batch_size=4,
    dataset=dict(
        ann_file=ann_file_train,
        data_prefix=dict(video=data_root_train),
        num_classes=num_classes,
        pipeline=train_pipeline,
    ),
)
val_dataloader = dict(
    batch_size=1,
    dataset=dict(
        ann_file=ann_file_val,
        data_prefix=dict(video=data_root_val),
        num_classes=num_classes,
        pipeline=val_pipeline,
    ),
)
test_dataloader = dict(
    batch_size=1,
    dataset=dict(
        ann_file=ann_file_val,
        data_prefix=dict(video=data_root_val),
        num_classes=num_classes,
        pipeline=test_pipeline,
    ),
)
