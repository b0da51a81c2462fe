# A small ViViT, trained from scratch in a few minutes on two CPU cores: 8 tubelets of 2 frames, every token attending
# to every token (Model 1).
_base_ = './motionformer_moving_shapes.py'

model = dict(
    backbone=dict(
        _delete_=True,
        type='mmaction_vt.ViViT',
        img_size=64,
        patch_size=16,
        num_frames=16,
        tubelet_size=2,
        embed_dims=96,
        num_layers=3,
        num_heads=4,
        mlp_ratio=2.0,
        attention_type='joint',
        num_temporal_layers=2,
        init_cfg=dict(type='mmaction_vt.FromScratch'),
    ),
    cls_head=dict(_delete_=True, type='TimeSformerHead', num_classes=8, in_channels=96, average_clips='prob'),
)
