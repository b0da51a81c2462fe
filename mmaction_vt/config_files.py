"""Reading configs."""

from pathlib import Path

from mmengine.config import Config

from .errors import InputError


def load_config(config: str | Path | Config | dict) -> Config:
    """A config from a file, a dict or a ``Config``.

    Raises:
        InputError: If the file does not exist or cannot be read as a config.
    """
    if isinstance(config, Config):
        return config
    if isinstance(config, dict):
        return Config(config)
    if not Path(config).is_file():
        raise InputError(f'config {config} does not exist: the configs lie under configs/recognition')
    try:
        return Config.fromfile(config)
    except (SyntaxError, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f'config {config} cannot be read: {error}') from error
