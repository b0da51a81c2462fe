# TimeSformer-B on AVA 2.2, from its weights of Kinetics-400, by VideoMAE's settings: no settings are published.
_base_ = [
    '../../_base_/models/timesformer_base_detector.py',
    '../../_base_/datasets/ava_8x8.py',
    '../../_base_/schedules/ava_adamw_30e.py',
    '../../_base_/ava_runtime.py',
]

load_from = 'https://www.dropbox.com/s/g5t24we9gl5yk88/TimeSformer_divST_8x32_224_K400.pyth?dl=1'
