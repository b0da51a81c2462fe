# A DualFormer with half the channels and half the epochs of the quickstart's, to compare with and without token labels.
_base_ = './dualformer_moving_shapes.py'

model = dict(
    backbone=dict(embed_dims=(12, 24, 48, 96), num_heads=(1, 2, 4, 8)),
    cls_head=dict(in_channels=96),
)

train_cfg = dict(max_epochs=3)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=True, begin=0, end=1, convert_to_iter_based=True),
    dict(type='CosineAnnealingLR', by_epoch=True, begin=1, end=3, convert_to_iter_based=True),
]
