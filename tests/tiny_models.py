"""Models that are small enough for tests."""

# Stages of (2, 8, 8), (2, 4, 4), (2, 2, 2) and (2, 1, 1) tokens.
TINY_DUALFORMER = dict(
    type='mmaction_vt.DualFormer',
    video_size=(4, 32, 32),
    embed_dims=(8, 8, 16, 16),
    depths=(2, 2, 2, 2),
    num_heads=(1, 1, 2, 2),
    mlp_ratios=(2, 2, 2, 2),
    local_sizes=((1, 4, 4), (1, 2, 2), (1, 2, 2), (1, 1, 1)),
    fine_pysizes=((2, 2, 2), (1, 1, 1), (1, 1, 1), (1, 1, 1)),
    coarse_pysizes=((1, 2, 2), (1, 2, 2), (1, 1, 1), (1, 1, 1)),
    coarse_kernel=(1, 2, 2),
)


def preprocessor(mean=(114.75,) * 3, std=(57.375,) * 3):
    return dict(type='ActionDataPreprocessor', mean=list(mean), std=list(std), format_shape='NCTHW')


def one_block(backbone, **options):
    """Settings of a transformer with one block, for clips of 4 frames and 32 x 32 pixels."""
    sizes = dict(img_size=32, patch_size=16, num_frames=4, embed_dims=32, num_layers=1, num_heads=2)
    return dict(
        type='Recognizer3D',
        backbone=dict(type=f'mmaction_vt.{backbone}', **sizes, **options),
        cls_head=dict(type='TimeSformerHead', num_classes=3, in_channels=32, average_clips='prob'),
        data_preprocessor=preprocessor(),
    )


def recognizer(num_classes, head=None, **backbone):
    """Settings of a small DualFormer for clips of 4 frames and 32 x 32 pixels."""
    head = head or dict(type='I3DHead', num_classes=num_classes, in_channels=16)
    return dict(
        type='Recognizer3D',
        backbone={**TINY_DUALFORMER, **backbone},
        cls_head=dict(head, average_clips='prob'),
        data_preprocessor=preprocessor(),
    )
