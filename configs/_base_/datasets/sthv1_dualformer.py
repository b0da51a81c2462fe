# Something-Something V1, which is folders of frames, for DualFormer: one frame from each of 32 segments, 224 x 224.
# There is no flip: left and right are part of the labels. Tested with one clip and three crops.
_base_ = './kinetics400_dualformer.py'

train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleSegments', clip_len=32),
        crop='random_resized',
        size=224,
    ),
    dict(type='PackActionInputs'),
]
val_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleSegments', clip_len=32, test_mode=True),
        crop='center',
        short_side=256,
        size=224,
    ),
    dict(type='PackActionInputs'),
]
test_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleSegments', clip_len=32, test_mode=True),
        crop='three',
        short_side=224,
        size=224,
    ),
    dict(type='PackActionInputs'),
]

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
        pipeline=train_pipeline,
    ),
)
val_dataloader = dict(
    dataset=dict(
        type='mmaction_vt.FrameFolderDataset',
        ann_file=ann_file_val,
        data_prefix=dict(_delete_=True, img=data_root_val),
        fps=12,
        num_classes=num_classes,
        pipeline=val_pipeline,
    ),
)
test_dataloader = dict(
    dataset=dict(
        type='mmaction_vt.FrameFolderDataset',
        ann_file=ann_file_val,
        data_prefix=dict(_delete_=True, img=data_root_val),
        fps=12,
        num_classes=num_classes,
        pipeline=test_pipeline,
    ),
)
