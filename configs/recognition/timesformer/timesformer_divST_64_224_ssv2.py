# TimeSformer-L
_base_ = 'timesformer_divST_8_224_ssv2.py'

model = dict(backbone=dict(num_frames=64))

train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleSegments', clip_len=64),
        crop='random',
        short_side=(256, 320),
        size=224,
        inverse=True,
    ),
    dict(type='PackActionInputs'),
]
val_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleSegments', clip_len=64, test_mode=True),
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
        sampling=dict(type='mmaction_vt.SampleSegments', clip_len=64, test_mode=True),
        crop='three',
        test_crops='pyslowfast',
        short_side=224,
        size=224,
    ),
    dict(type='PackActionInputs'),
]

train_dataloader = dict(batch_size=1, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(batch_size=2, dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))

# Training keeps about 12 GiB of activations for a video in float32: 8 backward passes with 1 a GPU make a step of
# 64 videos on 8 GPUs. base_batch_size counts one pass.
optim_wrapper = dict(accumulative_counts=8)
auto_scale_lr = dict(base_batch_size=8)
