"""Deployment: layers merged for inference, and recognizers exported to files that run without this package."""

from .export import TOLERANCE, ExportReport, export_recognizer
from .fewer_tokens import FewerTokens, reduce_tokens
from .fuse import count_merged, fuse_for_inference
from .scorer import Scorer

__all__ = [
    'TOLERANCE',
    'ExportReport',
    'FewerTokens',
    'Scorer',
    'count_merged',
    'export_recognizer',
    'fuse_for_inference',
    'reduce_tokens',
]
