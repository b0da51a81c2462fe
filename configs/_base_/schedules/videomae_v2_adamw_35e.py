# VideoMAE V2-g's fine-tuning, as on Kinetics-710: 96 videos a step; the rate of a block is 0.9 times that of the next.
_base_ = './videomae_adamw_35e.py'

optim_wrapper = dict(
    optimizer=dict(lr=3.75e-4, weight_decay=0.1),
    paramwise_cfg=dict(decay_rate=0.9),
    clip_grad=dict(max_norm=5.0),
    accumulative_counts=4,
)
param_scheduler = [_base_.param_scheduler[0], dict(_base_.param_scheduler[1], eta_min_ratio=1e-3)]
auto_scale_lr = dict(base_batch_size=24)
