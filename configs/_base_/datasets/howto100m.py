# The 1,059 tasks of HowTo100M with at least 100 videos (TimeSformer, section 4.6).
_base_ = './video_loaders.py'

ann_file_train = 'data/howto100m/howto100m_train_list_videos.txt'
ann_file_val = 'data/howto100m/howto100m_test_list_videos.txt'
data_root_train = 'data/howto100m/videos'
data_root_val = 'data/howto100m/videos'
num_classes = 1059
# The names of the tasks are not published with the weights: set class_names = [...], or give --label-file.

train_dataloader = dict(
    dataset=dict(ann_file=ann_file_train, data_prefix=dict(video=data_root_train), num_classes=num_classes)
)
val_dataloader = test_dataloader = dict(
    dataset=dict(ann_file=ann_file_val, data_prefix=dict(video=data_root_val), num_classes=num_classes)
)
