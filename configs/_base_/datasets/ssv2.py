# Something-Something V2.
_base_ = './video_loaders.py'

ann_file_train = 'data/sthv2/sthv2_train_list_videos.txt'
ann_file_val = 'data/sthv2/sthv2_val_list_videos.txt'
data_root_train = 'data/sthv2/videos'
data_root_val = 'data/sthv2/videos'
num_classes = 174
class_names = 'sthv2'

train_dataloader = dict(
    dataset=dict(ann_file=ann_file_train, data_prefix=dict(video=data_root_train), num_classes=num_classes)
)
val_dataloader = test_dataloader = dict(
    dataset=dict(ann_file=ann_file_val, data_prefix=dict(video=data_root_val), num_classes=num_classes)
)
