"""Checkpoints: every published layout is converted to our names. Foreign key names are known nowhere else."""

from .files import load_file, trust_checkpoints
from .load import Fit, fit_state_dict, load_into
from .read import convert, read_checkpoint
from .tensors import allow_non_finite

__all__ = [
    'Fit',
    'allow_non_finite',
    'convert',
    'fit_state_dict',
    'load_file',
    'load_into',
    'read_checkpoint',
    'trust_checkpoints',
]
