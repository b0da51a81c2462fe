"""Recognizers."""

from .frozen_teacher import FrozenTeacher
from .token_label_recognizer3d import TokenLabelRecognizer3D

__all__ = ['FrozenTeacher', 'TokenLabelRecognizer3D']
