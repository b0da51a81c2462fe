"""Weights that authors publish: fetched on first use, or downloaded by hand."""

from pathlib import Path

import torch

from ...errors import InputError
from ...utils.files import CHECKPOINT_SUFFIXES
from ...zoo import published_file
from .fetch import fetch

SCHEME = 'published://'


def find_published(name: str) -> Path:
    """The weights that the authors of a model publish: a file or a Hugging Face folder.

    Args:
        name: A model of ``list_models(published=True)``.

    Raises:
        InputError: If there are none, or they cannot be fetched; the message has the page and the path to save them to.
    """
    file = published_file(name)
    place = Path(torch.hub.get_dir()) / 'checkpoints' / 'mmaction_vt'
    for suffix in (*CHECKPOINT_SUFFIXES, ''):
        if (place / f'{name}{suffix}').exists():
            return place / f'{name}{suffix}'
    try:
        return fetch(file.address, sha256=file.sha256)
    except InputError as error:
        raise InputError(
            f'the weights of {name} could not be fetched: {error}; download {file.address} (linked at {file.page}) by '
            f'hand and save it as {place / name}.pth'
        ) from error
