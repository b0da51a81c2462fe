# EPIC-KITCHENS: 50 epochs instead of 35.
_base_ = './motionformer_adamw_35e.py'

train_cfg = dict(max_epochs=50)
param_scheduler = [dict(type='MultiStepLR', begin=0, end=50, by_epoch=True, milestones=[30, 40], gamma=0.1)]
