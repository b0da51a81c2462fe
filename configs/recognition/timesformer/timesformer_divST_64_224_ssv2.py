# TimeSformer-L on Something-Something V2: 64 segments.
_base_ = [
    '../../_base_/models/timesformer_base.py',
    '../../_base_/datasets/ssv2_timesformer_l.py',
    '../../_base_/schedules/timesformer_sgd_15e_accumulate8.py',
    '../../_base_/default_runtime.py',
]

# The published models saw blue, green, red, as OpenCV reads frames: to_rgb reverses the channels.
model = dict(backbone=dict(num_frames=64), cls_head=dict(num_classes=174), data_preprocessor=dict(to_rgb=True))
