# TimeSformer on HowTo100M: 64 frames at rate 32.
_base_ = [
    '../../_base_/models/timesformer_base.py',
    '../../_base_/datasets/howto100m_timesformer_64x32.py',
    '../../_base_/schedules/timesformer_sgd_15e_accumulate8.py',
    '../../_base_/default_runtime.py',
]

# 224 x 224, as the name of the published file says; the table of the authors prints 448 in this row.
model = dict(backbone=dict(num_frames=64), cls_head=dict(num_classes=1059), test_cfg=dict(max_testing_views=3))
