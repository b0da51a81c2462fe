# The small VideoMAE that is pre-trained: 16 frames of 32 x 32, in 4 tubelets of 8 x 8 patches, 4 blocks of 64 channels.
_base_ = './videomae_mini.py'

model = dict(
    backbone=dict(img_size=32, patch_size=4, tubelet_size=4, embed_dims=64),
    cls_head=dict(in_channels=64),
)
