# VideoMAE-S.
_base_ = './videomae_base.py'

model = dict(
    backbone=dict(
        embed_dims=384,
        num_heads=6,
        init_cfg=dict(checkpoint='https://drive.google.com/file/d/1nU-H1u3eJ-VuyCveU7v-WIOcAVxs5Hww/view'),
    ),
    cls_head=dict(in_channels=384),
)
