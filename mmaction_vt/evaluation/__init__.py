"""Metrics that mmaction2 lacks."""

from .predictions import KeepPredictions, write_predictions
from .verb_noun import VerbNounAccuracy

__all__ = ['KeepPredictions', 'VerbNounAccuracy', 'write_predictions']
