# 50 epochs of AdamW for Motionformer-HR and -L, with 64 videos a step: 8 backward passes of 8 GPUs with one video each.
_base_ = './motionformer_adamw_50e.py'

optim_wrapper = dict(optimizer=dict(lr=3.75e-5))
auto_scale_lr = dict(base_batch_size=8)  # of one pass
