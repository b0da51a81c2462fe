# Something-Something V2 as VideoMAE is fine-tuned on it: one frame from each of 16 segments. There is no flip, since
# left and right are part of the labels. A test takes two clips with three crops.
_base_ = ['./ssv2.py', '../pipelines/videomae_16x4_224.py', '../augmentation/repeated_augmentation.py']

segments = dict(type='UniformSample', clip_len=16)
train_pipeline = [step for step in _base_.train_pipeline if step.type not in ('SampleFrames', 'Flip')]
train_pipeline.insert(1, segments)
sampling = dict(segments, num_clips=1, test_mode=True)
val_pipeline = [dict(_base_.val_pipeline[0], sampling=sampling), _base_.val_pipeline[1]]
test_pipeline = [dict(_base_.test_pipeline[0], sampling=dict(sampling, num_clips=2)), _base_.test_pipeline[1]]
train_dataloader = dict(
    batch_size=6,
    collate_fn=_base_.repeated_augmentation.collate_fn,
    dataset=dict(_base_.repeated_augmentation.dataset, pipeline=train_pipeline),
)
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
