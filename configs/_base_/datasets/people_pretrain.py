# The people that tools/data/motion_capture.py renders, without their labels.
_base_ = './moving_shapes_pretrain.py'

train_pipeline = [dict(_base_.train_pipeline[0], flip=0.5), _base_.train_pipeline[1]]
data_root = 'data/people'
train_dataloader = dict(
    dataset=dict(ann_file=f'{data_root}/train.txt', data_prefix=dict(video=data_root), pipeline=train_pipeline),
)
