# VideoMAE-L.
_base_ = './videomae_base.py'

model = dict(
    backbone=dict(
        embed_dims=1024,
        num_layers=24,
        num_heads=16,
        init_cfg=dict(checkpoint='https://drive.google.com/file/d/1qLOXWb_MGEvaI7tvuAe94CV7S2HXRwT3/view'),
    ),
    cls_head=dict(in_channels=1024),
)
