# ViViT-B of the Video Transformer benchmark (github.com/mx-mark/VideoTransformer-pytorch): its form of Model 2.
_base_ = './vivit_base.py'

model = dict(
    backbone=dict(
        num_frames=16,
        attention_type='factorised_encoder',
        num_temporal_layers=4,
        frame_token='benchmark',
        act='gelu',
        norm_eps=1e-5,
        # The ImageNet-21K model that its README links: vit_base_patch16_224.pth. Its first blocks also initialise the
        # temporal transformer.
        init_cfg=dict(
            checkpoint='https://drive.google.com/file/d/1QjGpbR8K4Cf4TJaDc60liVhBvPtrc2v4/view',
            inflate='average',
            temporal='first_blocks',
        ),
    ),
    data_preprocessor=dict(mean=[114.75, 114.75, 114.75], std=[57.375, 57.375, 57.375]),
)
