# 16 epochs of AdamW with 512 videos a step: 4 backward passes of 8 GPUs with 16 videos each.
_base_ = './dualformer_adamw_16e.py'

optim_wrapper = dict(accumulative_counts=4)
auto_scale_lr = dict(base_batch_size=128)  # of one pass
