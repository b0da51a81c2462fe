# TimeSformer on Moments in Time, from the published Kinetics-400 model. No settings are published.
_base_ = [
    '../../_base_/models/timesformer_base.py',
    '../../_base_/datasets/mit_timesformer.py',
    '../../_base_/schedules/timesformer_sgd_15e.py',
    '../../_base_/default_runtime.py',
]

model = dict(backbone=dict(init_cfg=None), cls_head=dict(num_classes=339))
load_from = 'https://www.dropbox.com/s/g5t24we9gl5yk88/TimeSformer_divST_8x32_224_K400.pyth?dl=1'
