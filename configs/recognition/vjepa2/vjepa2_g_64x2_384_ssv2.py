# A probe of V-JEPA 2 g on Something-Something V2.
_base_ = [
    '../../_base_/models/vjepa2_probe_giant.py',
    '../../_base_/datasets/ssv2_vjepa2_64x2_384.py',
    '../../_base_/schedules/vjepa2_probe_adamw_20e.py',
    '../../_base_/default_runtime.py',
]

model = dict(backbone=dict(num_frames=64))
auto_scale_lr = dict(base_batch_size=16)
optim_wrapper = dict(accumulative_counts=16)
