# The default runtime; the best checkpoint is that with the highest mean average precision.
_base_ = './default_runtime.py'

default_hooks = dict(checkpoint=dict(save_best='mAP/overall', rule='greater'))
