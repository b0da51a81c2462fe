# 30 epochs of SGD with the peak rate and weight decay that the README of the Video Transformer benchmark recommends.
_base_ = './timesformer_sgd_15e.py'

train_cfg = dict(max_epochs=30, val_interval=1)
optim_wrapper = dict(
    paramwise_cfg=dict(
        norm_decay_mult=0.0,
        bias_decay_mult=0.0,
        custom_keys=dict(pos_embed=dict(decay_mult=0.0), cls_token=dict(decay_mult=0.0)),
    ),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.2, by_epoch=True, begin=0, end=5),
    dict(type='CosineAnnealingLR', T_max=25, eta_min=1e-6, by_epoch=True, begin=5, end=30),
]
