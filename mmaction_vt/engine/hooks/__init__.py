"""Hooks of mmengine's runner."""

from .broken_videos import BrokenVideosHook
from .checkpoint import CheckpointHook
from .finite_loss import FiniteLossHook
from .interrupt import InterruptHook
from .parameter_groups import ParameterGroupsHook
from .same_run import SameRunHook
from .throughput import ThroughputHook

__all__ = [
    'BrokenVideosHook',
    'CheckpointHook',
    'FiniteLossHook',
    'InterruptHook',
    'ParameterGroupsHook',
    'SameRunHook',
    'ThroughputHook',
]
