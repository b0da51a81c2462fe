"""Cameras, network streams and files played as if live: the newest window is scored, however slow the model is."""

from .camera import Camera
from .decoded import NetworkStream, VideoFile
from .frames import Connection, Source, SourceError, TimedFrame
from .mailbox import Mailbox
from .newest_window import CutSample, NewestWindow
from .pace import in_real_time
from .pipeline import Live, LivePrediction
from .reconnect import Reconnecting
from .sources import source_of
from .steady import Sample, SteadyRate

__all__ = [
    'Camera',
    'Connection',
    'CutSample',
    'Live',
    'LivePrediction',
    'Mailbox',
    'NetworkStream',
    'NewestWindow',
    'Reconnecting',
    'Sample',
    'Source',
    'SourceError',
    'SteadyRate',
    'TimedFrame',
    'VideoFile',
    'in_real_time',
    'source_of',
]
