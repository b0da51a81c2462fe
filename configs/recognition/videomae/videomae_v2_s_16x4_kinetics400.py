# VideoMAE-S distilled from VideoMAE V2-g, on Kinetics-400. The schedule is VideoMAE-B's on Something-Something V2:
# we found none of the authors' for it.
_base_ = [
    '../../_base_/models/videomae_v2_small.py',
    '../../_base_/datasets/kinetics400_videomae.py',
    '../../_base_/schedules/videomae_adamw_30e.py',
    '../../_base_/default_runtime.py',
]

train_dataloader = dict(batch_size=12)
optim_wrapper = dict(accumulative_counts=4)
auto_scale_lr = dict(base_batch_size=96)
