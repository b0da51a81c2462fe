# Motionformer on ViT-B/16 (paper: 109.1 million parameters, 0.6 million of which the published model never uses).
model = dict(
    type='Recognizer3D',
    backbone=dict(
        type='mmaction_vt.Motionformer',
        img_size=224,
        patch_size=16,
        num_frames=16,
        tubelet_size=2,
        embed_dims=768,
        num_layers=12,
        num_heads=12,
        mlp_ratio=4.0,
        qkv_bias=True,
        drop_path_rate=0.2,
        attention_type='trajectory',
        # The image model that the published code starts from: ImageNet-21k, then ImageNet-1k.
        # Patch kernels are inflated at frame 1 of 2; divided attention over time keeps its own initialisation.
        init_cfg=dict(
            type='mmaction_vt.FromImageModel',
            checkpoint='timm:vit_base_patch16_224.orig_in21k_ft_in1k',
            inflate='centre',
            temporal='keep',
        ),
    ),
    cls_head=dict(
        type='mmaction_vt.MotionformerHead',
        num_classes=400,
        in_channels=768,
        label_smooth_eps=0.2,
        average_clips='prob',
    ),
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[127.5, 127.5, 127.5],
        std=[127.5, 127.5, 127.5],
        format_shape='NCTHW',
    ),
    test_cfg=dict(max_testing_views=10),  # of the 30 views of a video in one forward pass
)
