# HowTo100M's 1,059 tasks with at least 100 videos (paper: section 4.6), in clips of 8 frames at rate 32, 224 x 224.
# A test covers the whole video with clips side by side, each with three crops.
train_pipeline = [
    dict(type='mmaction_vt.DecordInit'),
    dict(type='mmaction_vt.SampleClipsInTime', clip_len=8, frame_interval=32),
    dict(type='mmaction_vt.DecordDecode'),
    dict(type='mmaction_vt.RandomShortSideScale', min_size=256, max_size=320),
    dict(type='RandomCrop', size=224),
    dict(type='Flip', flip_ratio=0.5),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
val_pipeline = [
    dict(type='mmaction_vt.DecordInit'),
    dict(type='mmaction_vt.SampleClipsInTime', clip_len=8, frame_interval=32, test_mode=True),
    dict(type='mmaction_vt.DecordDecode'),
    dict(type='Resize', scale=(-1, 224)),
    dict(type='CenterCrop', crop_size=224),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
test_pipeline = [
    dict(type='mmaction_vt.DecordInit'),
    dict(type='mmaction_vt.SampleCoveringClips', clip_len=8, frame_interval=32),
    dict(type='mmaction_vt.DecordDecode'),
    dict(type='Resize', scale=(-1, 224)),
    dict(type='ThreeCrop', crop_size=224),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]

ann_file_train = 'data/howto100m/howto100m_train_list_videos.txt'
ann_file_val = 'data/howto100m/howto100m_test_list_videos.txt'
data_root_train = 'data/howto100m/videos'
data_root_val = 'data/howto100m/videos'
num_classes = 1059

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
