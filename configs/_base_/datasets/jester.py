# Jester, extracted frames at 12 a second.
_base_ = './frame_loaders.py'

ann_file_train = 'data/jester/jester_train_list_rawframes.txt'
ann_file_val = 'data/jester/jester_val_list_rawframes.txt'
data_root_train = 'data/jester/20bn-jester-v1'
data_root_val = 'data/jester/20bn-jester-v1'
num_classes = 27
class_names = 'jester'

train_dataloader = dict(
    dataset=dict(ann_file=ann_file_train, data_prefix=dict(img=data_root_train), num_classes=num_classes)
)
val_dataloader = test_dataloader = dict(
    dataset=dict(ann_file=ann_file_val, data_prefix=dict(img=data_root_val), num_classes=num_classes)
)
