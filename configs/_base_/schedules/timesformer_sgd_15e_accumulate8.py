# 15 epochs of SGD with 64 videos a step: 8 backward passes of 8 GPUs with one video each, which keeps 12 GiB (64 frames
# of 224 x 224), 15 GiB (16 frames of 448 x 448) or 18 GiB (96 frames of 224 x 224) of activations in float32.
_base_ = './timesformer_sgd_15e.py'

optim_wrapper = dict(accumulative_counts=8)
auto_scale_lr = dict(base_batch_size=8)  # of one pass
