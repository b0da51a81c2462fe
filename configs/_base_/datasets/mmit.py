# Multi-Moments in Time: several actions per video.
_base_ = './several_labels.py'

ann_file_train = 'data/mmit/mmit_train_list_videos.txt'
ann_file_val = 'data/mmit/mmit_val_list_videos.txt'
data_root = 'data/mmit/videos'
num_classes = 313
class_names = 'mmit'

train_dataloader = dict(
    dataset=dict(ann_file=ann_file_train, data_prefix=dict(video=data_root), num_classes=num_classes)
)
val_dataloader = test_dataloader = dict(
    dataset=dict(ann_file=ann_file_val, data_prefix=dict(video=data_root), num_classes=num_classes)
)
