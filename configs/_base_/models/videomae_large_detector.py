# VideoMAE-L as it is fine-tuned on AVA, with activation checkpointing.
_base_ = './videomae_base_detector.py'

model = dict(backbone=dict(embed_dims=1024, num_layers=24, num_heads=16, with_cp=True), cls_head=dict(in_channels=1024))
