# The default runtime with a fixed seed. The best checkpoint is that with the highest top-1 accuracy.
_base_ = './default_runtime.py'

default_hooks = dict(checkpoint=dict(interval=1, max_keep_ckpts=3, save_best='acc/top1', rule='greater'))
randomness = dict(seed=0)
