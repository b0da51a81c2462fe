"""Boxes of people or objects in key frames: files, and data sets of key frames."""

from .ava import AVADataset
from .box_list import BoxListDataset
from .multisports import MultiSportsDataset

__all__ = ['AVADataset', 'BoxListDataset', 'MultiSportsDataset']
