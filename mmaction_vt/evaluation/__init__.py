"""Metrics that mmaction2 lacks."""

from .predictions import KeepPredictions, read_report, write_predictions
from .verb_noun import VerbNounAccuracy

__all__ = ['KeepPredictions', 'VerbNounAccuracy', 'read_report', 'write_predictions']
