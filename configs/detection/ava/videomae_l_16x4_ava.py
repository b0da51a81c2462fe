# VideoMAE-L on AVA 2.2, from its weights of Kinetics-400; the authors report an mAP of 37.0.
_base_ = [
    '../../_base_/models/videomae_large_detector.py',
    '../../_base_/datasets/ava_16x4.py',
    '../../_base_/schedules/ava_adamw_30e.py',
    '../../_base_/ava_runtime.py',
]

load_from = 'https://drive.google.com/file/d/1jX1CiqxSkCfc94y8FRW1YGHy-GNvHCuD/view'
optim_wrapper = dict(optimizer=dict(lr=1.25e-4))
