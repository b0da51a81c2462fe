# DualFormer-S (paper: 48.9 million parameters, 636 GFLOPs for 4 views).
_base_ = './dualformer_tiny.py'

model = dict(
    backbone=dict(embed_dims=(96, 192, 384, 768), depths=(2, 2, 18, 2), num_heads=(3, 6, 12, 24), drop_path_rate=0.2),
    cls_head=dict(in_channels=768),
)
