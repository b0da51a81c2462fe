# Kinetics-400 as V-JEPA 2's probes read it: eight clips, which the probe reads together.
_base_ = ['./kinetics400.py', '../pipelines/vjepa2_probe_16x4_256.py']

train_pipeline, val_pipeline, test_pipeline = (
    [dict(clips, sampling=dict(clips.sampling, num_clips=8)), *others]
    for clips, *others in (_base_.train_pipeline, _base_.val_pipeline, _base_.test_pipeline)
)
train_dataloader = dict(batch_size=4, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
