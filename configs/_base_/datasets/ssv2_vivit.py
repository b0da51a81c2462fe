# Something-Something V2 as ViViT reads it: 32 frames one after the other, 224 x 224, RandAugment. There is no flip:
# left and right are part of the labels. Tested with four clips and three crops.
_base_ = './video_loaders.py'

train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='SampleFrames', clip_len=32, frame_interval=1),
        format='frames',
    ),
    dict(type='mmaction_vt.RandAugment', policy='rand-m10-n2-mstd0.5-inc1'),
    dict(type='mmaction_vt.RandomShortSideScale', min_size=230, max_size=340),
    dict(type='RandomCrop', size=224),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
val_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='SampleFrames', clip_len=32, frame_interval=1, num_clips=1, test_mode=True),
        crop='center',
        short_side=224,
        size=224,
    ),
    dict(type='PackActionInputs'),
]
test_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='SampleFrames', clip_len=32, frame_interval=1, num_clips=4, test_mode=True),
        crop='three',
        short_side=224,
        size=224,
    ),
    dict(type='PackActionInputs'),
]

ann_file_train = 'data/sthv2/sthv2_train_list_videos.txt'
ann_file_val = 'data/sthv2/sthv2_val_list_videos.txt'
data_root_train = 'data/sthv2/videos'
data_root_val = 'data/sthv2/videos'
num_classes = 174
class_names = 'sthv2'

train_dataloader = dict(
    batch_size=8,
    dataset=dict(
        ann_file=ann_file_train,
        data_prefix=dict(video=data_root_train),
        num_classes=num_classes,
        pipeline=train_pipeline,
    ),
)
val_dataloader = dict(
    batch_size=1,
    dataset=dict(
        ann_file=ann_file_val,
        data_prefix=dict(video=data_root_val),
        num_classes=num_classes,
        pipeline=val_pipeline,
    ),
)
test_dataloader = dict(
    batch_size=1,
    dataset=dict(
        ann_file=ann_file_val,
        data_prefix=dict(video=data_root_val),
        num_classes=num_classes,
        pipeline=test_pipeline,
    ),
)
