# Something-Something V1, which is folders of frames, as TimeSformer reads V2. There is no flip: left and right are part
# of the labels.
_base_ = './ssv2_timesformer.py'

ann_file_train = 'data/sthv1/sthv1_train_list_rawframes.txt'
ann_file_val = 'data/sthv1/sthv1_val_list_rawframes.txt'
data_root_train = 'data/sthv1/20bn-something-something-v1'
data_root_val = 'data/sthv1/20bn-something-something-v1'
num_classes = 174
class_names = 'sthv1'

train_dataloader = dict(
    dataset=dict(
        type='mmaction_vt.FrameFolderDataset',
        ann_file=ann_file_train,
        data_prefix=dict(_delete_=True, img=data_root_train),
        fps=12,
        num_classes=num_classes,
    ),
)
val_dataloader = dict(
    dataset=dict(
        type='mmaction_vt.FrameFolderDataset',
        ann_file=ann_file_val,
        data_prefix=dict(_delete_=True, img=data_root_val),
        fps=12,
        num_classes=num_classes,
    ),
)
test_dataloader = dict(
    dataset=dict(
        type='mmaction_vt.FrameFolderDataset',
        ann_file=ann_file_val,
        data_prefix=dict(_delete_=True, img=data_root_val),
        fps=12,
        num_classes=num_classes,
    ),
)
