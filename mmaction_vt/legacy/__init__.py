"""Options and config keys of mmaction 0.x, which the programs accept and translate."""

from .config_keys import translate_keys
from .program_options import add_legacy_options

__all__ = ['add_legacy_options', 'translate_keys']
