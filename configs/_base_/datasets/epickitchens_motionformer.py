# EPIC-KITCHENS-100 as Motionformer reads it: clips of 16 frames at rate 4 inside a segment, 224 x 224; tested with ten
# clips and three crops.
_base_ = './video_loaders.py'

train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleClipsInTime', clip_len=16, frame_interval=4),
        format='frames',
    ),
    dict(type='mmaction_vt.RandAugment', policy='rand-m15-mstd0.5-inc1'),
    dict(type='mmaction_vt.RandomShortSideScale', min_size=256, max_size=320),
    dict(type='RandomCrop', size=224),
    dict(type='Flip', flip_ratio=0.5),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
val_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleClipsInTime', clip_len=16, frame_interval=4, test_mode=True),
        crop='center',
        test_crops='pyslowfast',
        short_side=224,
        size=224,
    ),
    dict(type='PackActionInputs'),
]
test_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(
            type='mmaction_vt.SampleClipsInTime', clip_len=16, frame_interval=4, num_clips=10, test_mode=True
        ),
        crop='three',
        test_crops='pyslowfast',
        short_side=224,
        size=224,
    ),
    dict(type='PackActionInputs'),
]

ann_file_train = 'data/epickitchens/EPIC_100_train.csv'
ann_file_val = 'data/epickitchens/EPIC_100_validation.csv'
class_names = dict(verb='epic_kitchens_verbs', noun='epic_kitchens_nouns')
data_root = 'data/epickitchens/EPIC-KITCHENS'  # as the official download script fills it: P01/videos/P01_01.MP4

train_dataloader = dict(
    batch_size=4,
    dataset=dict(
        type='mmaction_vt.EpicKitchensDataset',
        ann_file=ann_file_train,
        data_prefix=dict(video=data_root),
        pipeline=train_pipeline,
    ),
)
val_dataloader = dict(
    batch_size=1,
    dataset=dict(
        type='mmaction_vt.EpicKitchensDataset',
        ann_file=ann_file_val,
        data_prefix=dict(video=data_root),
        pipeline=val_pipeline,
    ),
)
test_dataloader = dict(
    batch_size=1,
    dataset=dict(
        type='mmaction_vt.EpicKitchensDataset',
        ann_file=ann_file_val,
        data_prefix=dict(video=data_root),
        pipeline=test_pipeline,
    ),
)

val_evaluator = [dict(type='mmaction_vt.CountBrokenVideos'), dict(type='mmaction_vt.VerbNounAccuracy')]
test_evaluator = [dict(type='mmaction_vt.CountBrokenVideos'), dict(type='mmaction_vt.VerbNounAccuracy')]
