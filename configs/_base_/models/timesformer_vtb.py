# TimeSformer of the Video Transformer benchmark (github.com/mx-mark/VideoTransformer-pytorch).
_base_ = './timesformer_base.py'

model = dict(
    backbone=dict(
        norm_eps=1e-5,  # of the norms in its blocks; its last norm has 1e-6
        # The ImageNet-21K model that its README links: vit_base_patch16_224.pth. Time embeddings start at random.
        init_cfg=dict(
            checkpoint='https://drive.google.com/file/d/1QjGpbR8K4Cf4TJaDc60liVhBvPtrc2v4/view', time_std=0.02
        ),
    ),
    data_preprocessor=dict(mean=[127.5, 127.5, 127.5], std=[127.5, 127.5, 127.5]),
)
