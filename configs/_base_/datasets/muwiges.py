# MuWiGes, cross-subject. tools/data/participant_splits.py writes its lists.
_base_ = './video_loaders.py'

data_root = 'data/muwiges'
ann_file_train = f'{data_root}/lists/cross_subject_train.txt'
ann_file_val = f'{data_root}/lists/cross_subject_test.txt'
data_root_train = data_root_val = f'{data_root}/videos'
num_classes = 12
# The authors number the gestures without naming them: set class_names = [...], or give --label-file.

train_dataloader = dict(
    dataset=dict(ann_file=ann_file_train, data_prefix=dict(video=data_root_train), num_classes=num_classes)
)
val_dataloader = test_dataloader = dict(
    dataset=dict(ann_file=ann_file_val, data_prefix=dict(video=data_root_val), num_classes=num_classes)
)
