"""Detectors of actions in space and time."""

from .action_detector import ActionDetector

__all__ = ['ActionDetector']
