# Kinetics-400 as VideoMAE is fine-tuned on it: each video of a batch is decoded once and augmented twice.
_base_ = ['./kinetics400.py', '../pipelines/videomae_16x4_224.py', '../augmentation/repeated_augmentation.py']

train_dataloader = dict(
    batch_size=6,
    collate_fn=_base_.repeated_augmentation.collate_fn,
    dataset=dict(_base_.repeated_augmentation.dataset, pipeline=_base_.train_pipeline),
)
val_dataloader = dict(dataset=dict(pipeline=_base_.val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=_base_.test_pipeline))
