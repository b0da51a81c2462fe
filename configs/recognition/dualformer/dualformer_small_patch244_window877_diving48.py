_base_ = [
    '../../_base_/models/dualformer_small.py',
    '../../_base_/datasets/ucf101_dualformer.py',
    '../../_base_/schedules/dualformer_adamw_30e.py',
    '../../_base_/default_runtime.py',
]
model = dict(
    cls_head=dict(num_classes=48),
    data_preprocessor=dict(mean=[104, 117, 128], std=[1, 1, 1]),
)

train_cfg = dict(val_interval=2)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, by_epoch=True, begin=0, end=1, convert_to_iter_based=True),
    dict(type='CosineAnnealingLR', T_max=30, eta_min=0, by_epoch=True, begin=0, end=30),
]

ann_file_train = 'data/diving48/diving48_train_list_videos.txt'
ann_file_val = 'data/diving48/diving48_val_list_videos.txt'
data_root = 'data/diving48/videos'
num_classes = 48
class_names = 'diving48'

train_dataset = dict(ann_file=ann_file_train, data_prefix=dict(video=data_root), num_classes=num_classes)
val_dataset = dict(ann_file=ann_file_val, data_prefix=dict(video=data_root), num_classes=num_classes)
train_dataloader = dict(batch_size=8, dataset=train_dataset)
val_dataloader = dict(dataset=val_dataset)
test_dataloader = dict(dataset=val_dataset)

load_from = 'checkpoints/k400/dualformer_small_patch244_window877.pth'
