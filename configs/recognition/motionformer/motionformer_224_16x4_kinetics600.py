_base_ = 'motionformer_224_16x4_kinetics400.py'

model = dict(cls_head=dict(num_classes=600))

ann_file_train = 'data/kinetics600/kinetics600_train_list_videos.txt'
ann_file_val = 'data/kinetics600/kinetics600_val_list_videos.txt'
data_root_train = 'data/kinetics600/videos_train'
data_root_val = 'data/kinetics600/videos_val'
num_classes = 600
class_names = 'kinetics600'

train_dataset = dict(ann_file=ann_file_train, data_prefix=dict(video=data_root_train), num_classes=num_classes)
val_dataset = dict(ann_file=ann_file_val, data_prefix=dict(video=data_root_val), num_classes=num_classes)
train_dataloader = dict(dataset=train_dataset)
val_dataloader = dict(dataset=val_dataset)
test_dataloader = dict(dataset=val_dataset)
