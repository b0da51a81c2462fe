# 224 x 224 as the name of the published file says; the authors' table prints 448 in this row.
_base_ = 'timesformer_divST_8x32_224_howto100m.py'

model = dict(backbone=dict(num_frames=64), test_cfg=dict(max_testing_views=3))

train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleClipsInTime', clip_len=64, frame_interval=32),
        crop='random',
        short_side=(256, 320),
        size=224,
        flip=0.5,
    ),
    dict(type='PackActionInputs'),
]
val_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleClipsInTime', clip_len=64, frame_interval=32, test_mode=True),
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
        sampling=dict(type='mmaction_vt.SampleCoveringClips', clip_len=64, frame_interval=32),
        crop='three',
        test_crops='pyslowfast',
        short_side=224,
        size=224,
    ),
    dict(type='PackActionInputs'),
]

train_dataloader = dict(batch_size=1, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))

# Training keeps about 12 GiB of activations for a video in float32: 8 backward passes with 1 a GPU make a step of
# 64 videos on 8 GPUs. base_batch_size counts one pass.
optim_wrapper = dict(accumulative_counts=8)
auto_scale_lr = dict(base_batch_size=8)
