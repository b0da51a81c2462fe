# VideoMAE-L on Kinetics-400, pre-trained there for 1,600 epochs; 128 videos a step.
_base_ = [
    '../../_base_/models/videomae_large.py',
    '../../_base_/datasets/kinetics400_videomae.py',
    '../../_base_/schedules/videomae_adamw_35e.py',
    '../../_base_/default_runtime.py',
]

train_dataloader = dict(batch_size=2)
optim_wrapper = dict(optimizer=dict(lr=1e-3))
auto_scale_lr = dict(base_batch_size=16)
