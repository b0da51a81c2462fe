# The small DualFormer with half the channels and fewer epochs, to compare with and without token labels.
_base_ = './dualformer_moving_shapes.py'

model = dict(backbone=dict(embed_dims=(12, 24, 48, 96)), cls_head=dict(in_channels=96))
train_cfg = dict(max_epochs=3)
param_scheduler = [_base_.param_scheduler[0], dict(_base_.param_scheduler[1], end=3)]
