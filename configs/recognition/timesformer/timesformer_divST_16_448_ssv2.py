# TimeSformer-HR on Something-Something V2: 16 segments, 448 x 448.
_base_ = [
    '../../_base_/models/timesformer_hr.py',
    '../../_base_/datasets/ssv2_timesformer_hr.py',
    '../../_base_/schedules/timesformer_sgd_15e_accumulate8.py',
    '../../_base_/default_runtime.py',
]

# The published models saw blue, green, red, as OpenCV reads frames: to_rgb reverses the channels.
model = dict(cls_head=dict(num_classes=174), data_preprocessor=dict(to_rgb=True))
