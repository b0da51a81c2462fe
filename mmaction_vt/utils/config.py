"""Reading configs."""

import os
from pathlib import Path

from mmengine.config import Config

from ..errors import InputError
from ..zoo import config_paths, find_config, unknown_model
from .config_files import read_config_file

PUBLISHED = 'published'  # instead of a checkpoint: the weights that the authors publish


def load_config(config: str | Path | Config | dict) -> Config:
    """Load a config from a file, the name of a model (see ``list_models``), a dict or a ``Config``.

    Raises:
        InputError: If there is no such file or model, or the file is not a valid config.
    """
    if isinstance(config, Config):
        return config
    if isinstance(config, dict):
        return Config(config)
    return read_config_file(config_path(config))


def config_path(config: str | Path) -> Path:
    """The path of a config, given by its path or by the name of a model.

    Raises:
        InputError: If there is neither.
    """
    path = Path(config)
    if str(config) and os.path.lexists(path) and not (path.is_dir() and str(config) in config_paths()):
        return path
    if path.suffix or len(path.parts) != 1:
        raise InputError(unknown_model(str(config)))
    return find_config(str(config))


def published_checkpoint(checkpoint: str | Path, config: Config) -> str | Path:
    """A checkpoint, where ``published`` stands for the weights that the authors of the config's model publish.

    Raises:
        InputError: If ``published`` is given for a config that is not from a file.
    """
    if checkpoint != PUBLISHED:
        return checkpoint
    if not config.filename:
        raise InputError('published weights need the name of a model, or its config file, as the config')
    return f'{PUBLISHED}://{Path(config.filename).stem}'
