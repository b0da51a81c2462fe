# UCF-101, split 1, as DualFormer reads it: clips of 32 frames at interval 4, 224 x 224; tested with four clips and
# three crops. HMDB-51 and Diving-48 differ in their lists only.
_base_ = './video_loaders.py'

train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleFrames', clip_len=32, frame_interval=4),
        crop='random_resized',
        size=224,
        flip=0.5,
    ),
    dict(type='PackActionInputs'),
]
val_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleFrames', clip_len=32, frame_interval=4, num_clips=4, test_mode=True),
        crop='center',
        short_side=256,
        size=224,
    ),
    dict(type='PackActionInputs'),
]
test_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleFrames', clip_len=32, frame_interval=4, num_clips=4, test_mode=True),
        crop='three',
        short_side=224,
        size=224,
    ),
    dict(type='PackActionInputs'),
]

ann_file_train = 'data/ucf101/ucf101_train_split_1_videos.txt'
ann_file_val = 'data/ucf101/ucf101_val_split_1_videos.txt'
data_root_train = 'data/ucf101/videos'
data_root_val = 'data/ucf101/videos'
num_classes = 101
class_names = 'ucf101'

train_dataloader = dict(
    batch_size=16,
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
