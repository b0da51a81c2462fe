# TimeSformer on HowTo100M: 32 frames at rate 32.
_base_ = [
    '../../_base_/models/timesformer_base.py',
    '../../_base_/datasets/howto100m_timesformer_32x32.py',
    '../../_base_/schedules/timesformer_sgd_15e.py',
    '../../_base_/default_runtime.py',
]

model = dict(backbone=dict(num_frames=32), cls_head=dict(num_classes=1059), test_cfg=dict(max_testing_views=3))
# 64 videos a step: 4 passes of 8 GPUs with two each. A video keeps 6 GiB of activations in float32.
optim_wrapper = dict(accumulative_counts=4)
auto_scale_lr = dict(base_batch_size=16)
