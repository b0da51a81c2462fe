# MuWiGes, cross-subject, as LightTimeSformer reads it: 32 frames that span the whole video, 224 x 224 from its lower
# right, where the hand is. A gesture has a direction: there is no flip. The lists are those of
# tools/data/participant_splits.py.
_base_ = './video_loaders.py'

train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleSegments', clip_len=32),
        crop='anchored',
        short_side=256,
        size=224,
        anchor=(1.0, 1.0),
        jitter=0.2,
    ),
    dict(type='PackActionInputs'),
]
val_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleSegments', clip_len=32, test_mode=True),
        crop='anchored',
        short_side=256,
        size=224,
        anchor=(1.0, 1.0),
    ),
    dict(type='PackActionInputs'),
]
test_pipeline = val_pipeline

data_root = 'data/muwiges'
ann_file_train = f'{data_root}/lists/cross_subject_train.txt'
ann_file_val = f'{data_root}/lists/cross_subject_test.txt'
data_root_train = data_root_val = f'{data_root}/videos'
num_classes = 12
# The authors number the gestures and name none: class_names = [...], or --label-file, gives your own.

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
    batch_size=4,
    dataset=dict(
        ann_file=ann_file_val,
        data_prefix=dict(video=data_root_val),
        num_classes=num_classes,
        pipeline=val_pipeline,
    ),
)
test_dataloader = dict(
    batch_size=4,
    dataset=dict(
        ann_file=ann_file_val,
        data_prefix=dict(video=data_root_val),
        num_classes=num_classes,
        pipeline=test_pipeline,
    ),
)
