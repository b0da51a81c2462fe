# A probe of V-JEPA 2 L on Something-Something V2.
_base_ = [
    '../../_base_/models/vjepa2_probe.py',
    '../../_base_/datasets/ssv2_vjepa2.py',
    '../../_base_/schedules/vjepa2_probe_adamw_20e.py',
    '../../_base_/default_runtime.py',
]
