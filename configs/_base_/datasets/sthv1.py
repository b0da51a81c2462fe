# Something-Something V1, extracted frames at 12 a second.
_base_ = './frame_loaders.py'

ann_file_train = 'data/sthv1/sthv1_train_list_rawframes.txt'
ann_file_val = 'data/sthv1/sthv1_val_list_rawframes.txt'
data_root_train = 'data/sthv1/20bn-something-something-v1'
data_root_val = 'data/sthv1/20bn-something-something-v1'
num_classes = 174
class_names = 'sthv1'

train_dataloader = dict(
    dataset=dict(ann_file=ann_file_train, data_prefix=dict(img=data_root_train), num_classes=num_classes)
)
val_dataloader = test_dataloader = dict(
    dataset=dict(ann_file=ann_file_val, data_prefix=dict(img=data_root_val), num_classes=num_classes)
)
