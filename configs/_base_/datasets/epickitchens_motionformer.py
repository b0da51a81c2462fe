# EPIC-KITCHENS-100 as Motionformer reads it: clips of 16 frames at rate 4 inside a segment, 224 x 224; tested with ten
# clips and three crops.
train_pipeline = [
    dict(type='mmaction_vt.DecordInit'),
    dict(type='mmaction_vt.TrimToSegment'),
    dict(type='mmaction_vt.SampleClipsInTime', clip_len=16, frame_interval=4),
    dict(type='mmaction_vt.DecordDecode'),
    dict(type='mmaction_vt.RandAugment', policy='rand-m15-mstd0.5-inc1'),
    dict(type='mmaction_vt.RandomShortSideScale', min_size=256, max_size=320),
    dict(type='RandomCrop', size=224),
    dict(type='Flip', flip_ratio=0.5),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
val_pipeline = [
    dict(type='mmaction_vt.DecordInit'),
    dict(type='mmaction_vt.TrimToSegment'),
    dict(type='mmaction_vt.SampleClipsInTime', clip_len=16, frame_interval=4, test_mode=True),
    dict(type='mmaction_vt.DecordDecode'),
    dict(type='Resize', scale=(-1, 224)),
    dict(type='CenterCrop', crop_size=224),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
test_pipeline = [
    dict(type='mmaction_vt.DecordInit'),
    dict(type='mmaction_vt.TrimToSegment'),
    dict(type='mmaction_vt.SampleClipsInTime', clip_len=16, frame_interval=4, num_clips=10, test_mode=True),
    dict(type='mmaction_vt.DecordDecode'),
    dict(type='Resize', scale=(-1, 224)),
    dict(type='ThreeCrop', crop_size=224),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]

ann_file_train = 'data/epickitchens/EPIC_100_train.csv'
ann_file_val = 'data/epickitchens/EPIC_100_validation.csv'
data_root = 'data/epickitchens/EPIC-KITCHENS'  # as the official download script fills it: P01/videos/P01_01.MP4

train_dataloader = dict(
    batch_size=4,
    num_workers=8,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='mmaction_vt.EpicKitchensDataset',
        ann_file=ann_file_train,
        data_prefix=dict(video=data_root),
        pipeline=train_pipeline,
    ),
)
val_dataloader = dict(
    batch_size=1,
    num_workers=8,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='mmaction_vt.EpicKitchensDataset',
        ann_file=ann_file_val,
        data_prefix=dict(video=data_root),
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
        type='mmaction_vt.EpicKitchensDataset',
        ann_file=ann_file_val,
        data_prefix=dict(video=data_root),
        pipeline=test_pipeline,
        test_mode=True,
    ),
)

val_evaluator = dict(type='mmaction_vt.VerbNounAccuracy')
test_evaluator = val_evaluator
