"""The interface for notebooks, services and programs."""

from .clip_classifier import ClipClassifier, Normalize, create_model
from .inferencer import Guess, Prediction, VideoInferencer
from .model import check_device, class_names_of, init_recognizer, names_for

__all__ = [
    'ClipClassifier',
    'Guess',
    'Normalize',
    'Prediction',
    'VideoInferencer',
    'check_device',
    'class_names_of',
    'create_model',
    'init_recognizer',
    'names_for',
]
