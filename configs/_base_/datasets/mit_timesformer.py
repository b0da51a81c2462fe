# Moments in Time for TimeSformer: the 8 frames span all of a video, which lasts three seconds, as on
# Something-Something V2. Left and right may change places.
_base_ = './ssv2_timesformer.py'

train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleSegments', clip_len=8),
        crop='random',
        short_side=(256, 320),
        size=224,
        flip=0.5,
    ),
    dict(type='PackActionInputs'),
]

ann_file_train = 'data/mit/mit_train_list_videos.txt'
ann_file_val = 'data/mit/mit_val_list_videos.txt'
data_root_train = 'data/mit/training'
data_root_val = 'data/mit/validation'
num_classes = 339
class_names = 'mit'

train_dataset = dict(ann_file=ann_file_train, data_prefix=dict(video=data_root_train), num_classes=num_classes)
val_dataset = dict(ann_file=ann_file_val, data_prefix=dict(video=data_root_val), num_classes=num_classes)
train_dataloader = dict(dataset=dict(pipeline=train_pipeline, **train_dataset))
val_dataloader = dict(dataset=val_dataset)
test_dataloader = dict(dataset=val_dataset)
