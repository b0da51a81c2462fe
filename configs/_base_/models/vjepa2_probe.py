# V-JEPA 2 L, frozen, under an attentive probe: 16 frames of 256 x 256.
model = dict(
    type='Recognizer3D',
    backbone=dict(
        type='mmaction_vt.VJEPA2',
        img_size=256,
        num_frames=16,
        trainable_blocks=0,
        init_cfg=dict(type='mmaction_vt.FromImageModel', checkpoint='https://dl.fbaipublicfiles.com/vjepa2/vitl.pt'),
    ),
    cls_head=dict(
        type='mmaction_vt.AttentiveHead', num_classes=174, in_channels=1024, num_segments=2, average_clips='prob'
    ),
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        format_shape='NCTHW',
    ),
)
