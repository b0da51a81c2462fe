"""Data sets, video readers and transforms: from a video file to a model's input."""

from . import transforms
from .boxes import AVADataset, BoxListDataset, MultiSportsDataset
from .class_balance import ClassBalancedSampler
from .epic_kitchens import EpicKitchensDataset
from .frame_folders import FrameFolderDataset
from .token_label_store import TokenLabelStore
from .unlabelled_videos import UnlabelledVideos
from .video_dataset import VideoDataset
from .video_shards import VideoShards

__all__ = [
    'AVADataset',
    'BoxListDataset',
    'ClassBalancedSampler',
    'EpicKitchensDataset',
    'FrameFolderDataset',
    'MultiSportsDataset',
    'TokenLabelStore',
    'UnlabelledVideos',
    'VideoDataset',
    'VideoShards',
    'transforms',
]
