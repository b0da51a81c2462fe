"""Queries for a search: from a video of the index, a file of features, or a video to extract features from."""

from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InputError
from ..utils.config import load_config
from ..utils.config_options import apply_options
from ..utils.file_kinds import check_regular_file, display_path
from .extractor import CLIP, FeatureExtractor
from .formats import SUFFIXES, read_features
from .index import Entry, as_vectors

FILE_SUFFIXES = (SUFFIXES['safetensors'], SUFFIXES['npz'])


def vectors_of(
    source: str | Path, entries: list[Entry], device: str | None = None
) -> tuple[np.ndarray, np.ndarray | None, str]:
    """Features to look for, (rows, C), their times (rows, 2) in seconds, and the video that they are from.

    Args:
        source: A video, or a file of features. The features of a video in the index are read, those of another video
            are extracted with the options of the index.
        entries: The videos of an index.
        device: Where the model runs, if features are extracted. Default: a GPU if there is one.

    Raises:
        InputError: If there is no such file, or features cannot be read or extracted.
    """
    path = Path(source).absolute()
    for entry in entries:
        if path in (Path(entry.video).absolute(), entry.file.absolute() if entry.group is None else None):
            return *entry.vectors(), entry.video
    check_regular_file('the query', source)
    if path.suffix.lower() in FILE_SUFFIXES:
        return *as_vectors(read_features(path), str(source)), str(source)
    found = build_extractor(entries[0], device)(str(source))
    if found.features is None:
        raise InputError(str(found.error))
    arrays = {'features': found.features.numpy()}
    if found.times is not None:
        arrays['times'] = found.times.numpy()
    return *as_vectors(arrays, str(source)), str(source)


def build_extractor(entry: Entry, device: str | None = None) -> FeatureExtractor:
    """An extractor with the options of an index.

    Args:
        entry: A video of the index.
        device: Where the model runs. Default: a GPU if there is one.

    Raises:
        InputError: If the index does not have them, or config or checkpoint cannot be read.
    """
    options: dict[str, Any] = entry.options
    try:
        config = load_config(options['config'])
        if options.get('cfg_options'):
            apply_options(config, options['cfg_options'], 'model')
        level = options['level']
        steps = {} if level == CLIP else dict(window=options['window'], stride=options['stride'])
        return FeatureExtractor(
            config,
            options['checkpoint'],
            options['layer'],
            options['pool'],
            level,
            views=options['views'],
            device=device,
            **steps,
        )
    except KeyError as error:
        raise InputError(
            f'the index of {display_path(entry.file)} does not say which {error} was used: give a video of the index, '
            'or a file of features'
        ) from error
