"""Segments of long videos from the scores of sliding windows: arrays and names in, segments and text out."""

from .edl import edl_of
from .find import find_segments
from .json_file import json_lines
from .matching import f1_score, tiou
from .over_time import ScoresOverTime, frame_duration
from .segment import Segment
from .text_files import csv_of, webvtt_of
from .window_file import WindowFile

__all__ = [
    'ScoresOverTime',
    'Segment',
    'WindowFile',
    'csv_of',
    'edl_of',
    'f1_score',
    'find_segments',
    'frame_duration',
    'json_lines',
    'tiou',
    'webvtt_of',
]
