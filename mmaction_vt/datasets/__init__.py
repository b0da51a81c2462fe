"""What mmaction2 lacks between a video file and a model's input."""

from . import transforms
from .video_dataset import VideoDataset

__all__ = ['VideoDataset', 'transforms']
