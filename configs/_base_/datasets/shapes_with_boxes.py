# The data set that tools/data/shapes_with_boxes.py generates: 16 frames of 96 x 96 pixels, of which a clip takes 8
# around the middle, and the box of each object in the middle frame.
_base_ = './video_loaders.py'

train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleAroundKeyFrame', clip_len=8, frame_interval=2),
        size=96,
    ),
    dict(type='mmaction_vt.MoveBoxes'),
    dict(type='mmaction_vt.PackDetectionInputs'),
]
val_pipeline = test_pipeline = train_pipeline

data_root = 'data/shapes_with_boxes'
num_classes = 8
class_names = 'moving_shapes'

train_dataloader = dict(
    batch_size=16,
    num_workers=2,
    dataset=dict(
        type='mmaction_vt.BoxListDataset',
        ann_file=f'{data_root}/train.csv',
        label_file=f'{data_root}/labels.txt',
        data_prefix=dict(video=data_root),
        num_classes=num_classes,
        pipeline=train_pipeline,
    ),
)
val_dataloader = test_dataloader = dict(
    batch_size=32,
    num_workers=2,
    dataset=dict(
        type='mmaction_vt.BoxListDataset',
        ann_file=f'{data_root}/val.csv',
        label_file=f'{data_root}/labels.txt',
        data_prefix=dict(video=data_root),
        num_classes=num_classes,
        pipeline=val_pipeline,
    ),
)
val_evaluator = test_evaluator = [dict(type='mmaction_vt.CountBrokenVideos'), dict(type='mmaction_vt.AVAMetric')]
