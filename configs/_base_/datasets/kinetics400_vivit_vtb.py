# Kinetics-400 as the Video Transformer benchmark's ViViT reads it: clips of 16 frames at interval 16, 224 x 224. A test
# takes one clip with one crop.
_base_ = './kinetics400.py'

train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleBenchmarkClips', clip_len=16, frame_interval=16),
        crop='random_resized',
        size=224,
        flip=0.5,
        format='frames',
    ),
    dict(type='ColorJitter', brightness=0.4, contrast=0.4, saturation=0.4, hue=0),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
val_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleBenchmarkClips', clip_len=16, frame_interval=16, test_mode=True),
        crop='center',
        test_crops='pyslowfast',
        short_side=256,
        size=224,
    ),
    dict(type='PackActionInputs'),
]
test_pipeline = val_pipeline
train_dataloader = dict(batch_size=8, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
