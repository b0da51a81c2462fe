# Something-Something V2 as V-JEPA 2's probes read it.
_base_ = ['./ssv2.py', '../pipelines/vjepa2_probe_16x4_256.py']

train_dataloader = dict(batch_size=4, dataset=dict(pipeline=_base_.train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=_base_.val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=_base_.test_pipeline))
