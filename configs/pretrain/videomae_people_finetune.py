# The small VideoMAE fine-tuned on eight clips a class of the people, after masked pre-training on all clips.
_base_ = [
    '../_base_/models/videomae_mini_32.py',
    '../_base_/datasets/people_48.py',
    '../_base_/schedules/few_labels_adamw_80e.py',
    '../_base_/few_labels_runtime.py',
]

load_from = 'work_dirs/videomae_people_pretrain/epoch_60.pth'
train_dataloader = dict(dataset=dict(ann_file='data/people/few.txt'))
model = dict(backbone=dict(img_size=48, patch_size=6), cls_head=dict(num_classes=15, label_smooth_eps=0.1))
optim_wrapper = dict(optimizer=dict(lr=2e-3))
