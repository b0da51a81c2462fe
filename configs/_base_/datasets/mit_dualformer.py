# Moments in Time as DualFormer reads Kinetics-400: a clip takes two of a video's three seconds.
_base_ = './kinetics400_dualformer.py'

ann_file_train = 'data/mit/mit_train_list_videos.txt'
ann_file_val = 'data/mit/mit_val_list_videos.txt'
data_root_train = 'data/mit/training'
data_root_val = 'data/mit/validation'
num_classes = 339
class_names = 'mit'

train_dataset = dict(ann_file=ann_file_train, data_prefix=dict(video=data_root_train), num_classes=num_classes)
val_dataset = dict(ann_file=ann_file_val, data_prefix=dict(video=data_root_val), num_classes=num_classes)
train_dataloader = dict(dataset=train_dataset)
val_dataloader = dict(dataset=val_dataset)
test_dataloader = dict(dataset=val_dataset)
