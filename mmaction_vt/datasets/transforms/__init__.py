"""Transforms of the published protocols that mmaction2 lacks or implements differently."""

from .boxes import JitterBoxes, MoveBoxes, PackDetectionInputs
from .decoding import DecordDecode, DecordInit
from .jitter_hsv import JitterHSV
from .rand_augment import RandAugment
from .random_erasing import RandomErasing
from .sample_benchmark_clips import SampleBenchmarkClips
from .sample_clips import SampleClipsInTime, SampleCoveringClips
from .sample_frames import SampleFrames
from .sample_key_frame import SampleAroundKeyFrame
from .sample_segments import SampleSegments
from .segment import TrimToSegment
from .short_side_scale import RandomShortSideScale
from .stored_views import StoredTokenLabels
from .video_to_clips import VideoToClips

__all__ = [
    'DecordDecode',
    'DecordInit',
    'JitterBoxes',
    'JitterHSV',
    'MoveBoxes',
    'PackDetectionInputs',
    'RandAugment',
    'RandomErasing',
    'RandomShortSideScale',
    'SampleAroundKeyFrame',
    'SampleBenchmarkClips',
    'SampleClipsInTime',
    'SampleCoveringClips',
    'SampleFrames',
    'SampleSegments',
    'StoredTokenLabels',
    'TrimToSegment',
    'VideoToClips',
]
