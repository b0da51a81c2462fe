# ViViT-B/16x2 on Kinetics-400, Model 2: factorised encoder, 12 + 4 blocks. No weights are published.
_base_ = [
    '../../_base_/models/vivit_base.py',
    '../../_base_/datasets/kinetics400_vivit.py',
    '../../_base_/schedules/vivit_sgd_30e.py',
    '../../_base_/default_runtime.py',
]

model = dict(backbone=dict(attention_type='factorised_encoder', num_temporal_layers=4))
train_dataloader = dict(batch_size=8)
optim_wrapper = dict(optimizer=dict(lr=0.05), accumulative_counts=1)
auto_scale_lr = dict(base_batch_size=64)
