# A VideoMAE and a decoder for the quickstart: 16 frames of 64 x 64 in 8 tubelets, 4 blocks of 96 channels.
model = dict(
    type='mmaction_vt.MaskedVideoAutoencoder',
    backbone=dict(
        type='mmaction_vt.VideoMAE',
        img_size=64,
        embed_dims=96,
        num_layers=4,
        num_heads=4,
        norm_after_mean=False,
        init_cfg=dict(type='Xavier', layer='Linear', distribution='uniform'),
    ),
    decoder=dict(embed_dims=64, num_layers=2, num_heads=4),
    mask_ratio=0.75,
    norm_pixels=False,
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[127.5, 127.5, 127.5],
        std=[127.5, 127.5, 127.5],
        format_shape='NCTHW',
    ),
)
