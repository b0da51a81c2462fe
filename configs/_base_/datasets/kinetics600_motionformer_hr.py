# Kinetics-600 as Motionformer-HR reads it: clips of 16 frames at rate 4, 336 x 336.
_base_ = './kinetics600_motionformer.py'

train_pipeline, val_pipeline, test_pipeline = (
    [dict(clips, short_side=side, size=336), *rest]
    for (clips, *rest), side in (
        (_base_.train_pipeline, (384, 480)),
        (_base_.val_pipeline, 336),
        (_base_.test_pipeline, 336),
    )
)
train_dataloader = dict(batch_size=1, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
