# The quickstart's runtime with one checkpoint, the last.
_base_ = './moving_shapes_runtime.py'

default_hooks = dict(checkpoint=dict(interval=80, save_best=None, max_keep_ckpts=1))
