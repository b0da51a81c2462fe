# Holistic Video Understanding, tags of actions.
_base_ = './several_labels.py'

ann_file_train = 'data/hvu/hvu_action_train_list_videos.txt'
ann_file_val = 'data/hvu/hvu_action_val_list_videos.txt'
data_root_train = 'data/hvu/videos_train'
data_root_val = 'data/hvu/videos_val'
num_classes = 739
class_names = 'hvu_action'

train_dataloader = dict(
    dataset=dict(ann_file=ann_file_train, data_prefix=dict(video=data_root_train), num_classes=num_classes)
)
val_dataloader = test_dataloader = dict(
    dataset=dict(ann_file=ann_file_val, data_prefix=dict(video=data_root_val), num_classes=num_classes)
)
