"""Metrics that mmaction2 lacks."""

from .broken_videos import CountBrokenVideos
from .predictions import KeepPredictions, read_report, write_predictions
from .verb_noun import VerbNounAccuracy

__all__ = ['CountBrokenVideos', 'KeepPredictions', 'VerbNounAccuracy', 'read_report', 'write_predictions']
