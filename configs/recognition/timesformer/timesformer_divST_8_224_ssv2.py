_base_ = [
    '../../_base_/models/timesformer_base.py',
    '../../_base_/datasets/ssv2_timesformer.py',
    '../../_base_/schedules/timesformer_sgd_15e.py',
    '../../_base_/default_runtime.py',
]

# The published models saw blue, green, red: their frames were read by OpenCV. The frames here are red, green, blue, and
# to_rgb, which only reverses channels, makes them so.
model = dict(
    cls_head=dict(num_classes=174),
    data_preprocessor=dict(to_rgb=True),
)
