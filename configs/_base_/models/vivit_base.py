# ViViT-B/16x2, Model 1 (paper, table 2: 88.9 million parameters, 455.2 GFLOPs for one view).
model = dict(
    type='Recognizer3D',
    backbone=dict(
        type='mmaction_vt.ViViT',
        img_size=224,
        patch_size=16,
        num_frames=32,
        tubelet_size=2,
        embed_dims=768,
        num_layers=12,
        num_heads=12,
        mlp_ratio=4.0,
        qkv_bias=True,
        attention_type='joint',
        act='gelu_tanh',  # the authors' code is in JAX, whose GELU is the tanh approximation
        init_cfg=dict(
            type='mmaction_vt.FromImageModel', checkpoint='timm:vit_base_patch16_224.augreg_in21k', inflate='centre'
        ),
    ),
    cls_head=dict(
        type='TimeSformerHead',
        num_classes=400,
        in_channels=768,
        dropout_ratio=0.0,
        average_clips='score',  # the authors' code averages raw scores of the views
    ),
    data_preprocessor=dict(
        type='ActionDataPreprocessor', mean=[127.5, 127.5, 127.5], std=[127.5, 127.5, 127.5], format_shape='NCTHW'
    ),
    test_cfg=dict(max_testing_views=4),
)
