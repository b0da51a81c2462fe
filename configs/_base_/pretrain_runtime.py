# The default runtime without a best checkpoint: pre-training has no validation.
_base_ = './default_runtime.py'

default_hooks = dict(checkpoint=dict(save_best=None))
randomness = dict(seed=0)
