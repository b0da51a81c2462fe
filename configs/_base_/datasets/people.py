# The data set that tools/data/motion_capture.py renders. A clip takes 16 frames of a video, spread over all of it. The
# mirror image of each action is the same action.
_base_ = './moving_shapes_16.py'

train_pipeline = [
    dict(_base_.train_pipeline[0], crop='random', short_side=(64, 76), flip=0.5),
    _base_.train_pipeline[1],
]
data_root = 'data/people'
num_classes = 15
class_names = 'people'

train_dataloader = dict(
    dataset=dict(
        ann_file=f'{data_root}/train.txt',
        data_prefix=dict(video=data_root),
        num_classes=num_classes,
        pipeline=train_pipeline,
    ),
)
val_dataloader = test_dataloader = dict(
    dataset=dict(ann_file=f'{data_root}/val.txt', data_prefix=dict(video=data_root), num_classes=num_classes),
)
