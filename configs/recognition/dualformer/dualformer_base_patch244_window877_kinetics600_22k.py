_base_ = 'dualformer_base_patch244_window877_kinetics400_1k.py'

# The authors' image model of ImageNet-22K; no public link to it is known.
model = dict(
    backbone=dict(init_cfg=dict(checkpoint='checkpoints/pretrained_2d/dualformer_base_22k.pth')),
    cls_head=dict(num_classes=600),
)

optim_wrapper = dict(optimizer=dict(lr=5e-4))

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
