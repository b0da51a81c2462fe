# VideoMAE-S for Something-Something V2, pre-trained there for 2,400 epochs.
_base_ = './videomae_base_ssv2.py'

model = dict(
    backbone=dict(
        embed_dims=384,
        num_heads=6,
        init_cfg=dict(checkpoint='https://drive.google.com/file/d/1p_I1aaONOeUvRmRQw1UT3-L2H8XJClHu/view'),
    ),
    cls_head=dict(in_channels=384),
)
