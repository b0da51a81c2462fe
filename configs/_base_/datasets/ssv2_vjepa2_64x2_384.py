# Something-Something V2 for the probe of V-JEPA 2 g: two clips of 64 frames at interval 2, 384 x 384.
_base_ = './ssv2_vjepa2.py'

train_pipeline, val_pipeline, test_pipeline = (
    [
        dict(clips, sampling=dict(clips.sampling, clip_len=64, frame_interval=2), size=384, short_side=side),
        *others,
    ]
    for (clips, *others), side in zip(
        (_base_.train_pipeline, _base_.val_pipeline, _base_.test_pipeline), (None, 384, 384), strict=True
    )
)
train_dataloader = dict(batch_size=2, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
