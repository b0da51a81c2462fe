# The people that tools/data/motion_capture.py renders, in clips of 48 x 48 pixels around them, in changing colours.
_base_ = ['./people.py', '../augmentation/changing_colours.py']

train_pipeline = [
    dict(_base_.train_pipeline[0], short_side=(64, 72), size=48, format='frames'),
    *_base_.changing_colours,
    _base_.train_pipeline[1],
]
val_pipeline = test_pipeline = [dict(_base_.val_pipeline[0], short_side=64, size=48), _base_.val_pipeline[1]]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = test_dataloader = dict(dataset=dict(pipeline=val_pipeline))
