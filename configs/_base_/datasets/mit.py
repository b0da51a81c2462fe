# Moments in Time.
_base_ = './video_loaders.py'

ann_file_train = 'data/mit/mit_train_list_videos.txt'
ann_file_val = 'data/mit/mit_val_list_videos.txt'
data_root_train = 'data/mit/training'
data_root_val = 'data/mit/validation'
num_classes = 339
class_names = 'mit'

train_dataloader = dict(
    dataset=dict(ann_file=ann_file_train, data_prefix=dict(video=data_root_train), num_classes=num_classes)
)
val_dataloader = test_dataloader = dict(
    dataset=dict(ann_file=ann_file_val, data_prefix=dict(video=data_root_val), num_classes=num_classes)
)
