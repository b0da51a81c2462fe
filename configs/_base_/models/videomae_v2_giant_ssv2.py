# VideoMAE V2-g for Something-Something V2, pre-trained on UnlabeledHybrid for 1,200 epochs.
_base_ = './videomae_base_ssv2.py'

model = dict(
    backbone=dict(
        patch_size=14,
        embed_dims=1408,
        num_layers=40,
        num_heads=16,
        mlp_ratio=48 / 11,
        drop_path_rate=0.3,
        with_cp=True,
        init_cfg=dict(
            checkpoint='https://huggingface.co/OpenGVLab/InternVideoMAE_models/resolve/main/mae-g/vit_g_hybrid_pt_1200e.pth'
        ),
    ),
    cls_head=dict(in_channels=1408),
)
