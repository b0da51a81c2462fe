# TimeSformer-HR
_base_ = 'timesformer_divST_8x32_224_kinetics400.py'

# Positions of the image model are resized as the published code does, along the flattened grid.
model = dict(backbone=dict(img_size=448, num_frames=16, init_cfg=dict(positions='nearest_1d')))

train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleClipsInTime', clip_len=16, frame_interval=16),
        crop='random',
        short_side=(448, 512),
        size=448,
        flip=0.5,
    ),
    dict(type='PackActionInputs'),
]
val_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleClipsInTime', clip_len=16, frame_interval=16, test_mode=True),
        crop='center',
        test_crops='pyslowfast',
        short_side=448,
        size=448,
    ),
    dict(type='PackActionInputs'),
]
test_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleClipsInTime', clip_len=16, frame_interval=16, test_mode=True),
        crop='three',
        test_crops='pyslowfast',
        short_side=448,
        size=448,
    ),
    dict(type='PackActionInputs'),
]

train_dataloader = dict(batch_size=1, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(batch_size=2, dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))

# Training keeps about 15 GiB of activations for a video in float32: 8 backward passes with 1 a GPU make a step of
# 64 videos on 8 GPUs. base_batch_size counts one pass.
optim_wrapper = dict(accumulative_counts=8)
auto_scale_lr = dict(base_batch_size=8)
