_base_ = 'dualformer_small_patch244_window877_ucf101.py'

model = dict(cls_head=dict(num_classes=51))

ann_file_train = 'data/hmdb51/hmdb51_train_split_1_videos.txt'
ann_file_val = 'data/hmdb51/hmdb51_val_split_1_videos.txt'
data_root = 'data/hmdb51/videos'
num_classes = 51
class_names = 'hmdb51'

train_dataset = dict(ann_file=ann_file_train, data_prefix=dict(video=data_root), num_classes=num_classes)
val_dataset = dict(ann_file=ann_file_val, data_prefix=dict(video=data_root), num_classes=num_classes)
train_dataloader = dict(dataset=train_dataset)
val_dataloader = dict(dataset=val_dataset)
test_dataloader = dict(dataset=val_dataset)
