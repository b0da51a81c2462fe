# EPIC-KITCHENS-100 as Motionformer-L reads it: clips of 32 frames at rate 3.
_base_ = './epickitchens_motionformer.py'

train_pipeline, val_pipeline, test_pipeline = (
    [dict(clips, sampling=dict(clips.sampling, clip_len=32, frame_interval=3)), *rest]
    for clips, *rest in (_base_.train_pipeline, _base_.val_pipeline, _base_.test_pipeline)
)
train_dataloader = dict(batch_size=1, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
