# VideoMAE-H, with more dropout than the smaller sizes.
_base_ = './videomae_base.py'

model = dict(
    backbone=dict(
        embed_dims=1280,
        num_layers=32,
        num_heads=16,
        drop_path_rate=0.2,
        with_cp=True,
        init_cfg=dict(checkpoint='https://drive.google.com/file/d/1AJQR1Rsi2N1pDn9tLyJ8DQrUREiBA1bO/view'),
    ),
    cls_head=dict(in_channels=1280, dropout_ratio=0.5),
)
