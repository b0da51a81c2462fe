# Kinetics-400 as TimeSformer reads it: clips of 8 frames at rate 32, 224 x 224; tested with one clip and three crops.
_base_ = './video_loaders.py'

train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleClipsInTime', clip_len=8, frame_interval=32),
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
        sampling=dict(type='mmaction_vt.SampleClipsInTime', clip_len=8, frame_interval=32, test_mode=True),
        crop='center',
        test_crops='pyslowfast',
        short_side=224,
        size=224,
    ),
    dict(type='PackActionInputs'),
]
test_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleClipsInTime', clip_len=8, frame_interval=32, test_mode=True),
        crop='three',
        test_crops='pyslowfast',
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
    batch_size=8,
    dataset=dict(
        ann_file=ann_file_train,
        data_prefix=dict(video=data_root_train),
        num_classes=num_classes,
        pipeline=train_pipeline,
    ),
)
val_dataloader = dict(
    batch_size=8,
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
