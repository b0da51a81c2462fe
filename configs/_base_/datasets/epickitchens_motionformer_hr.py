# EPIC-KITCHENS-100 as Motionformer-HR reads it: 336 x 336.
_base_ = './epickitchens_motionformer.py'

train_pipeline = [
    *_base_.train_pipeline[:2],
    dict(_base_.train_pipeline[2], min_size=384, max_size=480),
    dict(type='RandomCrop', size=336),
    *_base_.train_pipeline[4:],
]
val_pipeline, test_pipeline = (
    [dict(clips, short_side=336, size=336), pack] for clips, pack in (_base_.val_pipeline, _base_.test_pipeline)
)
train_dataloader = dict(batch_size=1, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
