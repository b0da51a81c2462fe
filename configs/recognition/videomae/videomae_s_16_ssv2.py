# VideoMAE-S on Something-Something V2, pre-trained there for 2,400 epochs.
_base_ = [
    '../../_base_/models/videomae_small_ssv2.py',
    '../../_base_/datasets/ssv2_videomae.py',
    '../../_base_/schedules/videomae_adamw_40e.py',
    '../../_base_/default_runtime.py',
]

train_dataloader = dict(batch_size=12)
optim_wrapper = dict(optimizer=dict(lr=1.5e-3), paramwise_cfg=dict(decay_rate=0.7), accumulative_counts=4)
auto_scale_lr = dict(base_batch_size=96)
