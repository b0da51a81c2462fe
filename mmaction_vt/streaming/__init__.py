"""Sliding windows over long videos and live streams: what windows share is computed once."""

from .every_nth import EveryNth
from .frame_store import FrameStore
from .scored_video import complete_windows, frames_in_time, frames_of_windows
from .tubelet_cache import TubeletCache
from .window_scorer import WindowScorer
from .windows import (
    DEFAULT_FPS,
    Span,
    check_frames,
    check_times,
    clip_offsets,
    clips_step,
    natural_length,
    spans_of,
    window_length,
)

__all__ = [
    'DEFAULT_FPS',
    'EveryNth',
    'FrameStore',
    'Span',
    'TubeletCache',
    'WindowScorer',
    'check_frames',
    'check_times',
    'clip_offsets',
    'clips_step',
    'complete_windows',
    'frames_in_time',
    'frames_of_windows',
    'natural_length',
    'spans_of',
    'window_length',
]
