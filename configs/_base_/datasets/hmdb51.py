# HMDB-51, split 1.
_base_ = './video_loaders.py'

ann_file_train = 'data/hmdb51/hmdb51_train_split_1_videos.txt'
ann_file_val = 'data/hmdb51/hmdb51_val_split_1_videos.txt'
data_root_train = 'data/hmdb51/videos'
data_root_val = 'data/hmdb51/videos'
num_classes = 51
class_names = 'hmdb51'

train_dataloader = dict(
    dataset=dict(ann_file=ann_file_train, data_prefix=dict(video=data_root_train), num_classes=num_classes)
)
val_dataloader = test_dataloader = dict(
    dataset=dict(ann_file=ann_file_val, data_prefix=dict(video=data_root_val), num_classes=num_classes)
)
