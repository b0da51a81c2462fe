"""Hooks of mmengine's runner."""

from .broken_videos import BrokenVideosHook
from .checkpoint import CheckpointHook
from .class_weights import ClassWeightsHook
from .finite_loss import FiniteLossHook
from .interrupt import InterruptHook
from .parameter_groups import ParameterGroupsHook
from .progress import ProgressHook
from .same_run import SameRunHook
from .summary import SummaryHook
from .throughput import ThroughputHook

__all__ = [
    'BrokenVideosHook',
    'CheckpointHook',
    'ClassWeightsHook',
    'FiniteLossHook',
    'InterruptHook',
    'ParameterGroupsHook',
    'ProgressHook',
    'SameRunHook',
    'SummaryHook',
    'ThroughputHook',
]
