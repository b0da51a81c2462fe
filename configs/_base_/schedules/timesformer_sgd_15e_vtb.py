# 15 epochs of SGD with the steps in the log of the Video Transformer benchmark's weights. Its trainer also has a
# cosine: benchmark_cosine_15e.py.
_base_ = './timesformer_sgd_15e.py'

train_cfg = dict(val_interval=1)
param_scheduler = [dict(type='MultiStepLR', begin=0, end=15, by_epoch=True, milestones=[5, 11], gamma=0.1)]
