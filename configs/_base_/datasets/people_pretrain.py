# The people that tools/data/motion_capture.py renders, without their labels: clips of 48 x 48 pixels around them.
_base_ = ['./moving_shapes_pretrain.py', '../augmentation/changing_colours.py']

train_pipeline = [
    dict(_base_.train_pipeline[0], short_side=(64, 72), size=48, flip=0.5, format='frames'),
    *_base_.changing_colours,
    _base_.train_pipeline[1],
]
test_pipeline = [dict(_base_.test_pipeline[0], short_side=64, size=48), _base_.test_pipeline[1]]
data_root = 'data/people'
train_dataloader = dict(
    dataset=dict(ann_file=f'{data_root}/train.txt', data_prefix=dict(video=data_root), pipeline=train_pipeline),
)
