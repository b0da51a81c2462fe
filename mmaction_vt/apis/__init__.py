"""The interface for notebooks, services and programs."""

from .clip_classifier import ClipClassifier, Normalize, create_model
from .inferencer import VideoInferencer
from .model import check_device, class_names_of, default_device, init_recognizer, names_for
from .predictions import Guess, Prediction
from .sliding_windows import SlidingWindows
from .stream_recognizer import StreamRecognizer
from .window_prediction import WindowPrediction

__all__ = [
    'ClipClassifier',
    'Guess',
    'Normalize',
    'Prediction',
    'SlidingWindows',
    'StreamRecognizer',
    'VideoInferencer',
    'WindowPrediction',
    'check_device',
    'class_names_of',
    'create_model',
    'default_device',
    'init_recognizer',
    'names_for',
]
