"""Metrics, and files of predictions."""

from .ava_map import AVAMetric
from .broken_videos import CountBrokenVideos
from .epic_challenge import SupervisionLevels, write_challenge
from .multi_label_metric import MultiLabelMetric
from .predictions import KeepPredictions, Report, read_report, write_predictions
from .verb_noun import VerbNounAccuracy

__all__ = [
    'AVAMetric',
    'CountBrokenVideos',
    'KeepPredictions',
    'MultiLabelMetric',
    'Report',
    'SupervisionLevels',
    'VerbNounAccuracy',
    'read_report',
    'write_challenge',
    'write_predictions',
]
