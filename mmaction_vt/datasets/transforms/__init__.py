"""Transforms that the published protocols need and mmaction2 lacks or does otherwise."""

from .decoding import DecordDecode, DecordInit
from .sample_clips import SampleClipsInTime, SampleCoveringClips
from .sample_segments import SampleSegments
from .short_side_scale import RandomShortSideScale

__all__ = [
    'DecordDecode',
    'DecordInit',
    'RandomShortSideScale',
    'SampleClipsInTime',
    'SampleCoveringClips',
    'SampleSegments',
]
