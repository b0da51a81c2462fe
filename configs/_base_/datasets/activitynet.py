# ActivityNet 1.3: each activity is one segment of a video.
_base_ = './video_loaders.py'

ann_file_train = 'data/activitynet/activitynet_train_list_videos.csv'
ann_file_val = 'data/activitynet/activitynet_val_list_videos.csv'
data_root_train = 'data/activitynet/videos'
data_root_val = 'data/activitynet/videos'
num_classes = 200
class_names = 'activitynet'

train_dataloader = dict(
    dataset=dict(ann_file=ann_file_train, data_prefix=dict(video=data_root_train), num_classes=num_classes)
)
val_dataloader = test_dataloader = dict(
    dataset=dict(ann_file=ann_file_val, data_prefix=dict(video=data_root_val), num_classes=num_classes)
)
