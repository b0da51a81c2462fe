# TimeSformer on HowTo100M: 8 frames at rate 32.
_base_ = [
    '../../_base_/models/timesformer_base.py',
    '../../_base_/datasets/howto100m_timesformer.py',
    '../../_base_/schedules/timesformer_sgd_15e.py',
    '../../_base_/default_runtime.py',
]

model = dict(
    cls_head=dict(num_classes=1059),
    test_cfg=dict(max_testing_views=12),  # a video of seven minutes has 48 clips with three crops each
)
