# VideoMAE-S on Kinetics-400, pre-trained there for 1,600 epochs.
_base_ = [
    '../../_base_/models/videomae_small.py',
    '../../_base_/datasets/kinetics400_videomae.py',
    '../../_base_/schedules/videomae_adamw_150e.py',
    '../../_base_/default_runtime.py',
]

train_dataloader = dict(batch_size=12)
optim_wrapper = dict(accumulative_counts=4)
auto_scale_lr = dict(base_batch_size=96)
