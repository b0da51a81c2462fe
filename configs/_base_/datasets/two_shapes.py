# Moving shapes with two objects, each of which has a label:
# python tools/data/moving_shapes.py data/two_shapes --objects 2
_base_ = './moving_shapes.py'

data_root = 'data/two_shapes'

train_dataloader = dict(
    dataset=dict(ann_file=f'{data_root}/train.txt', data_prefix=dict(video=data_root), multi_class=True)
)
val_dataloader = test_dataloader = dict(
    dataset=dict(ann_file=f'{data_root}/val.txt', data_prefix=dict(video=data_root), multi_class=True)
)
val_evaluator = test_evaluator = [
    dict(type='mmaction_vt.CountBrokenVideos'),
    dict(type='mmaction_vt.MultiLabelMetric'),
]
