# A small VideoMAE pre-trained on the people without labels: it predicts where something moves.
_base_ = [
    '../_base_/models/videomae_pretrain_mini.py',
    '../_base_/datasets/people_pretrain.py',
    '../_base_/pretrain_runtime.py',
    '../_base_/schedules/videomae_pretrain_adamw_mini.py',
]

model = dict(backbone=dict(img_size=48, patch_size=6), mask_ratio=0.75, target='motion')
train_cfg = dict(max_epochs=60)
optim_wrapper = dict(optimizer=dict(lr=2.5e-3))
param_scheduler = [_base_.param_scheduler[0], dict(_base_.param_scheduler[1], end=60)]
