"""Files that authors publish: fetched on first use, or put in their place by hand."""

from pathlib import Path

import torch

from ...errors import InputError
from ...zoo import published_file
from .fetch import fetch

SCHEME = 'published://'
SUFFIXES = ('.pth', '.pyth', '.ckpt', '.pt', '.safetensors', '')


def find_published(name: str) -> Path:
    """The file, or the Hugging Face folder, that the authors of a model publish.

    Args:
        name: A model of ``list_models(published=True)``.

    Raises:
        InputError: If none is published, or it cannot be fetched: the message says from which page it is to be had and
            where it is looked for.
    """
    file = published_file(name)
    place = Path(torch.hub.get_dir()) / 'checkpoints' / 'mmaction_vt'
    for suffix in SUFFIXES:
        if (place / f'{name}{suffix}').exists():
            return place / f'{name}{suffix}'
    try:
        return fetch(file.address, sha256=file.sha256)
    except InputError as error:
        raise InputError(
            f'the weights of {name} could not be fetched: {error}; by hand, get them from {file.address} (linked at '
            f'{file.page}) and put them at {place / name}.pth'
        ) from error
