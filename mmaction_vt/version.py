"""The version of mmaction_vt."""

__version__ = '0.1.0'
