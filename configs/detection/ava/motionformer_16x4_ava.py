# Motionformer-B on AVA 2.2, from its weights of Kinetics-400, by VideoMAE's settings: no settings are published.
_base_ = [
    '../../_base_/models/motionformer_base_detector.py',
    '../../_base_/datasets/ava_16x4.py',
    '../../_base_/schedules/ava_adamw_30e.py',
    '../../_base_/ava_runtime.py',
]

load_from = 'https://dl.fbaipublicfiles.com/motionformer/k400_motionformer_224_16x4.pyth'
