# Kinetics-700 as DualFormer reads Kinetics-400.
_base_ = './kinetics400_dualformer.py'

ann_file_train = 'data/kinetics700/kinetics700_train_list_videos.txt'
ann_file_val = 'data/kinetics700/kinetics700_val_list_videos.txt'
data_root_train = 'data/kinetics700/videos_train'
data_root_val = 'data/kinetics700/videos_val'
num_classes = 700
class_names = 'kinetics700'

train_dataset = dict(ann_file=ann_file_train, data_prefix=dict(video=data_root_train), num_classes=num_classes)
val_dataset = dict(ann_file=ann_file_val, data_prefix=dict(video=data_root_val), num_classes=num_classes)
train_dataloader = dict(dataset=train_dataset)
val_dataloader = dict(dataset=val_dataset)
test_dataloader = dict(dataset=val_dataset)
