# A small VideoMAE and a decoder: 16 frames of 32 x 32, in 4 tubelets of 8 x 8 patches, 4 blocks of 64 channels.
model = dict(
    type='mmaction_vt.MaskedVideoAutoencoder',
    backbone=dict(
        type='mmaction_vt.VideoMAE',
        img_size=32,
        patch_size=4,
        tubelet_size=4,
        embed_dims=64,
        num_layers=4,
        num_heads=4,
        norm_after_mean=False,
        init_cfg=dict(type='Xavier', layer='Linear', distribution='uniform'),
    ),
    decoder=dict(embed_dims=48, num_layers=1, num_heads=2),
    mask_ratio=0.9,
    norm_pixels=False,
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[127.5, 127.5, 127.5],
        std=[127.5, 127.5, 127.5],
        format_shape='NCTHW',
    ),
)
