# V-JEPA 2 g at 384 x 384 pixels, frozen, under an attentive probe. The probe has 16 heads, as it was trained.
_base_ = './vjepa2_probe.py'

model = dict(
    backbone=dict(
        img_size=384,
        embed_dims=1408,
        num_layers=40,
        num_heads=22,
        mlp_ratio=48 / 11,
        init_cfg=dict(checkpoint='https://dl.fbaipublicfiles.com/vjepa2/vitg-384.pt'),
    ),
    cls_head=dict(in_channels=1408),
)
