"""What mmaction2 lacks between a video file and a model's input."""

from . import transforms
from .epic_kitchens import EpicKitchensDataset
from .video_dataset import VideoDataset
from .video_shards import VideoShards

__all__ = ['EpicKitchensDataset', 'VideoDataset', 'VideoShards', 'transforms']
