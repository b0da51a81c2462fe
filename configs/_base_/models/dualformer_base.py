# DualFormer-B (paper: 86.8 million parameters, 1072 GFLOPs for 4 views).
_base_ = './dualformer_tiny.py'

model = dict(
    backbone=dict(embed_dims=(128, 256, 512, 1024), depths=(2, 2, 18, 2), num_heads=(4, 8, 16, 32), drop_path_rate=0.3),
    cls_head=dict(in_channels=1024),
)
