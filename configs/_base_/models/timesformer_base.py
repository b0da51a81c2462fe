# TimeSformer on ViT-B/16 (paper: table 2, 121.4 million parameters).
model = dict(
    type='Recognizer3D',
    backbone=dict(
        type='mmaction_vt.TimeSformer',
        img_size=224,
        patch_size=16,
        num_frames=8,
        embed_dims=768,
        num_layers=12,
        num_heads=12,
        mlp_ratio=4.0,
        qkv_bias=True,
        drop_path_rate=0.1,
        attention_type='divided_space_time',
        # The image model that the published code starts from: ImageNet-21k, then ImageNet-1k.
        # Temporal attention and its norm are initialised with those of spatial attention.
        init_cfg=dict(
            type='mmaction_vt.FromImageModel',
            checkpoint='timm:vit_base_patch16_224.orig_in21k_ft_in1k',
            temporal='copy',
        ),
    ),
    cls_head=dict(
        type='TimeSformerHead',
        num_classes=400,
        in_channels=768,
        dropout_ratio=0.0,  # the published settings have 0.5, which the code does not use
        average_clips='score',  # the published code sums the raw scores of the views, without a softmax
    ),
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[114.75, 114.75, 114.75],
        std=[57.375, 57.375, 57.375],
        format_shape='NCTHW',
    ),
)
