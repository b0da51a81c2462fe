# The recipe of the Video Transformer benchmark (github.com/mx-mark/VideoTransformer-pytorch): intervals are counted in
# frames, whatever the frame rate; a random crop and a flip.
_base_ = 'timesformer_divST_8x32_224_kinetics600.py'

train_pipeline = [
    dict(type='mmaction_vt.DecordInit'),
    dict(type='SampleFrames', clip_len=8, frame_interval=32),
    dict(type='mmaction_vt.DecordDecode'),
    dict(type='mmaction_vt.RandomShortSideScale', min_size=256, max_size=320),
    dict(type='RandomCrop', size=224),
    dict(type='Flip', flip_ratio=0.5),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
val_pipeline = [
    dict(type='mmaction_vt.DecordInit'),
    dict(type='SampleFrames', clip_len=8, frame_interval=32, test_mode=True),
    dict(type='mmaction_vt.DecordDecode'),
    dict(type='Resize', scale=(-1, 256)),
    dict(type='CenterCrop', crop_size=224),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
test_pipeline = [
    dict(type='mmaction_vt.DecordInit'),
    dict(type='SampleFrames', clip_len=8, frame_interval=32, test_mode=True),
    dict(type='mmaction_vt.DecordDecode'),
    dict(type='Resize', scale=(-1, 224)),
    dict(type='ThreeCrop', crop_size=224),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
