# A probe of V-JEPA 2 L on Kinetics-400. No weights are published.
_base_ = [
    '../../_base_/models/vjepa2_probe.py',
    '../../_base_/datasets/kinetics400_vjepa2.py',
    '../../_base_/schedules/vjepa2_probe_adamw_20e.py',
    '../../_base_/default_runtime.py',
]

model = dict(cls_head=dict(num_classes=400, num_segments=8))
