# The same from the official frames (P01/rgb_frames/P01_01/frame_0000000001.jpg), which the published models were
# trained with, instead of videos.
_base_ = 'motionformer_224_16x4_epickitchens.py'

train_pipeline = [
    dict(type='mmaction_vt.SampleClipsInTime', clip_len=16, frame_interval=4),
    dict(type='RawFrameDecode'),
    dict(type='mmaction_vt.RandAugment', policy='rand-m15-mstd0.5-inc1'),
    dict(type='mmaction_vt.RandomShortSideScale', min_size=256, max_size=320),
    dict(type='RandomCrop', size=224),
    dict(type='Flip', flip_ratio=0.5),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
val_pipeline = [
    dict(type='mmaction_vt.SampleClipsInTime', clip_len=16, frame_interval=4, test_mode=True),
    dict(type='RawFrameDecode'),
    dict(type='Resize', scale=(-1, 224)),
    dict(type='CenterCrop', crop_size=224),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
test_pipeline = [
    dict(type='mmaction_vt.SampleClipsInTime', clip_len=16, frame_interval=4, num_clips=10, test_mode=True),
    dict(type='RawFrameDecode'),
    dict(type='Resize', scale=(-1, 224)),
    dict(type='ThreeCrop', crop_size=224),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]

data_root = 'data/epickitchens/EPIC-KITCHENS'
train_dataloader = dict(dataset=dict(data_prefix=dict(_delete_=True, img=data_root), pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(data_prefix=dict(_delete_=True, img=data_root), pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(data_prefix=dict(_delete_=True, img=data_root), pipeline=test_pipeline))
