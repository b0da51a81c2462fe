# TimeSformer on HowTo100M: 96 frames at rate 32.
_base_ = [
    '../../_base_/models/timesformer_base.py',
    '../../_base_/datasets/howto100m_timesformer_96x32.py',
    '../../_base_/schedules/timesformer_sgd_15e_accumulate8.py',
    '../../_base_/default_runtime.py',
]

model = dict(backbone=dict(num_frames=96), cls_head=dict(num_classes=1059), test_cfg=dict(max_testing_views=3))
