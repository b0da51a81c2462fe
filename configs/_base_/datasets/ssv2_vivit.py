# Something-Something V2 as ViViT reads it: 32 frames one after the other, 224 x 224, RandAugment. There is no flip:
# left and right are part of the labels. Tested with four clips and three crops.
train_pipeline = [
    dict(type='mmaction_vt.DecordInit'),
    dict(type='SampleFrames', clip_len=32, frame_interval=1),
    dict(type='mmaction_vt.DecordDecode'),
    dict(type='mmaction_vt.RandAugment', policy='rand-m10-n2-mstd0.5-inc1'),
    dict(type='mmaction_vt.RandomShortSideScale', min_size=230, max_size=340),
    dict(type='RandomCrop', size=224),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
val_pipeline = [
    dict(type='mmaction_vt.DecordInit'),
    dict(type='SampleFrames', clip_len=32, frame_interval=1, num_clips=1, test_mode=True),
    dict(type='mmaction_vt.DecordDecode'),
    dict(type='Resize', scale=(-1, 224)),
    dict(type='CenterCrop', crop_size=224),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
test_pipeline = [
    dict(type='mmaction_vt.DecordInit'),
    dict(type='SampleFrames', clip_len=32, frame_interval=1, num_clips=4, test_mode=True),
    dict(type='mmaction_vt.DecordDecode'),
    dict(type='Resize', scale=(-1, 224)),
    dict(type='ThreeCrop', crop_size=224),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]

ann_file_train = 'data/sthv2/sthv2_train_list_videos.txt'
ann_file_val = 'data/sthv2/sthv2_val_list_videos.txt'
data_root_train = 'data/sthv2/videos'
data_root_val = 'data/sthv2/videos'
num_classes = 174

train_dataloader = dict(
    batch_size=8,
    num_workers=8,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='mmaction_vt.VideoDataset',
        ann_file=ann_file_train,
        data_prefix=dict(video=data_root_train),
        num_classes=num_classes,
        pipeline=train_pipeline,
    ),
)
val_dataloader = dict(
    batch_size=1,
    num_workers=8,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='mmaction_vt.VideoDataset',
        ann_file=ann_file_val,
        data_prefix=dict(video=data_root_val),
        num_classes=num_classes,
        pipeline=val_pipeline,
        test_mode=True,
    ),
)
test_dataloader = dict(
    batch_size=1,
    num_workers=8,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='mmaction_vt.VideoDataset',
        ann_file=ann_file_val,
        data_prefix=dict(video=data_root_val),
        num_classes=num_classes,
        pipeline=test_pipeline,
        test_mode=True,
    ),
)

val_evaluator = dict(type='AccMetric')
test_evaluator = val_evaluator
