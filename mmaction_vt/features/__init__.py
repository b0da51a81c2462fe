"""Features of videos: extracted from any layer, written, read and searched."""

from .extractor import LEVELS, FeatureExtractor
from .formats import FORMATS, read_features
from .index import Entry, read_index
from .pieces import VIEWS
from .pooling import POOLS
from .search import Moment, Query, best_moments, make_query, nearest
from .store import DTYPES, FeatureStore, check_place
from .taps import Tap
from .video_features import VideoFeatures

__all__ = [
    'DTYPES',
    'FORMATS',
    'LEVELS',
    'POOLS',
    'VIEWS',
    'Entry',
    'FeatureExtractor',
    'FeatureStore',
    'Moment',
    'Query',
    'Tap',
    'VideoFeatures',
    'best_moments',
    'check_place',
    'make_query',
    'nearest',
    'read_features',
    'read_index',
]
