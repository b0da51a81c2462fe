# ViViT-B of the Video Transformer benchmark on Kinetics-400: 16 frames at interval 16.
_base_ = [
    '../../_base_/models/vivit_vtb.py',
    '../../_base_/datasets/kinetics400_vivit_vtb.py',
    '../../_base_/schedules/vivit_sgd_30e_vtb.py',
    '../../_base_/default_runtime.py',
]
