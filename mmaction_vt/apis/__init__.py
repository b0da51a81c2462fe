"""The interface for notebooks, services and programs."""

from .clip_classifier import ClipClassifier, Normalize, create_model
from .inferencer import VideoInferencer
from .model import check_device, class_names_of, default_device, init_recognizer, names_for
from .predictions import Guess, Prediction

__all__ = [
    'ClipClassifier',
    'Guess',
    'Normalize',
    'Prediction',
    'VideoInferencer',
    'check_device',
    'class_names_of',
    'create_model',
    'default_device',
    'init_recognizer',
    'names_for',
]
