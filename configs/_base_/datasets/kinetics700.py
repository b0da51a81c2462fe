# Kinetics-700.
_base_ = './video_loaders.py'

ann_file_train = 'data/kinetics700/kinetics700_train_list_videos.txt'
ann_file_val = 'data/kinetics700/kinetics700_val_list_videos.txt'
data_root_train = 'data/kinetics700/videos_train'
data_root_val = 'data/kinetics700/videos_val'
num_classes = 700
class_names = 'kinetics700'

train_dataloader = dict(
    dataset=dict(ann_file=ann_file_train, data_prefix=dict(video=data_root_train), num_classes=num_classes)
)
val_dataloader = test_dataloader = dict(
    dataset=dict(ann_file=ann_file_val, data_prefix=dict(video=data_root_val), num_classes=num_classes)
)
