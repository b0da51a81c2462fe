# VideoMAE V2-g on Something-Something V2. The schedule is the authors' on Kinetics-710.
_base_ = [
    '../../_base_/models/videomae_v2_giant_ssv2.py',
    '../../_base_/datasets/ssv2_videomae.py',
    '../../_base_/schedules/videomae_v2_adamw_35e.py',
    '../../_base_/default_runtime.py',
]

train_dataloader = dict(batch_size=3)
