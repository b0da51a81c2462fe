# The small VideoMAE fine-tuned on 16 clips a class of the moving shapes, after masked pre-training on all clips.
_base_ = [
    '../_base_/models/videomae_mini_32.py',
    '../_base_/datasets/moving_shapes_32.py',
    '../_base_/schedules/few_labels_adamw_80e.py',
    '../_base_/few_labels_runtime.py',
]

load_from = 'work_dirs/videomae_moving_shapes_pretrain/epoch_34.pth'
train_dataloader = dict(dataset=dict(ann_file='data/moving_shapes/few.txt'))
