"""Metrics that mmaction2 lacks."""

from .predictions import KeepPredictions, write_predictions

__all__ = ['KeepPredictions', 'write_predictions']
