_base_ = 'vivit_b_16x2_kinetics400.py'

# Model 2: 12 blocks for the patches of each time, 4 for the times.
model = dict(backbone=dict(attention_type='factorised_encoder', num_temporal_layers=4))

train_dataloader = dict(batch_size=8)
optim_wrapper = dict(optimizer=dict(lr=0.05), accumulative_counts=1)
auto_scale_lr = dict(base_batch_size=64)
