# VideoMAE-B on AVA 2.2, from its weights of Kinetics-400; the authors report an mAP of 31.8.
_base_ = [
    '../../_base_/models/videomae_base_detector.py',
    '../../_base_/datasets/ava_16x4.py',
    '../../_base_/schedules/ava_adamw_30e.py',
    '../../_base_/ava_runtime.py',
]

load_from = 'https://drive.google.com/file/d/1MzwteHH-1yuMnFb8vRBQDvngV1Zl-d3z/view'
