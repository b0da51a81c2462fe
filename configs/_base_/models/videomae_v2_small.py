# VideoMAE-S, distilled on Kinetics-710 from VideoMAE V2-g.
_base_ = './videomae_small.py'

checkpoint = 'https://huggingface.co/OpenGVLab/VideoMAE2/resolve/main/distill/vit_s_k710_dl_from_giant.pth'
model = dict(backbone=dict(init_cfg=dict(checkpoint=checkpoint)))
