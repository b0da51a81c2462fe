# The people that tools/data/motion_capture.py renders, in clips of 32 x 32 pixels.
_base_ = './people.py'

train_pipeline = [dict(_base_.train_pipeline[0], short_side=(32, 38), size=32), _base_.train_pipeline[1]]
val_pipeline = test_pipeline = [dict(_base_.val_pipeline[0], short_side=32, size=32), _base_.val_pipeline[1]]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = test_dataloader = dict(dataset=dict(pipeline=val_pipeline))
