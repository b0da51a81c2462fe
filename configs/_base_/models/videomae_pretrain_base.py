# VideoMAE-B and its decoder for pre-training: 16 frames of 224 x 224, of which a tenth of the patches is seen.
model = dict(
    type='mmaction_vt.MaskedVideoAutoencoder',
    backbone=dict(
        type='mmaction_vt.VideoMAE',
        norm_after_mean=False,
        init_cfg=dict(type='Xavier', layer='Linear', distribution='uniform'),
    ),
    decoder=dict(embed_dims=384, num_layers=4, num_heads=6),
    mask_ratio=0.9,
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        format_shape='NCTHW',
    ),
)
