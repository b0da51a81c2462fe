# VideoMAE-L and its decoder, three times as deep as B's.
_base_ = './videomae_pretrain_base.py'

model = dict(
    backbone=dict(embed_dims=1024, num_layers=24, num_heads=16),
    decoder=dict(embed_dims=512, num_layers=12, num_heads=8),
)
