# Multi-Moments in Time for TimeSformer: the 8 frames span the entire video, which lasts three seconds, as on
# Something-Something. Clips are flipped, since left and right are not part of the labels.
_base_ = ['./mmit.py', '../pipelines/timesformer_8_224.py']

train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=_base_.train_pipeline[0].sampling,
        crop='random',
        short_side=(256, 320),
        size=224,
        flip=0.5,
    ),
    dict(type='PackActionInputs'),
]
train_dataloader = dict(batch_size=8, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(batch_size=8, dataset=dict(pipeline=_base_.val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=_base_.test_pipeline))
