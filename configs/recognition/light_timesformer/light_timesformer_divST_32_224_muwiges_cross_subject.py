# LightTimeSformer on MuWiGes, cross-subject: 32 frames. No weights are published.
_base_ = [
    '../../_base_/models/timesformer_base.py',
    '../../_base_/datasets/muwiges_light_timesformer.py',
    '../../_base_/schedules/timesformer_sgd_15e.py',
    '../../_base_/default_runtime.py',
]

# Two backward passes make a step of 64 videos on 8 GPUs.
model = dict(backbone=dict(num_frames=32), cls_head=dict(num_classes=12))
optim_wrapper = dict(accumulative_counts=2)
auto_scale_lr = dict(base_batch_size=32)
