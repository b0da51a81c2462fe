# DualFormer-T on UCF-101, split 1, 16 frames at interval 4. No weights are published.
_base_ = [
    '../../_base_/models/dualformer_tiny.py',
    '../../_base_/datasets/ucf101_dualformer_16x4.py',
    '../../_base_/schedules/dualformer_adamw_16e_accumulate4.py',
    '../../_base_/default_runtime.py',
]

model = dict(
    backbone=dict(video_size=(16, 224, 224), fine_pysizes=((8, 7, 7),) * 4, drop_path_rate=0.2),
    cls_head=dict(num_classes=101),
    data_preprocessor=dict(mean=[104, 117, 128], std=[1, 1, 1]),
)
optim_wrapper = dict(optimizer=dict(weight_decay=0.05))
load_from = 'checkpoints/k400/dualformer_tiny_patch244_window877.pth'
