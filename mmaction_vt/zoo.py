"""Models by name: the name of a model is that of its config file, in a checkout and in an installed wheel."""

from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import yaml

from .errors import InputError

PACKAGE = Path(__file__).parent
MODEL_ZOO = 'docs/model_zoo.md'
OTHER_DATA = ('_frames', '_test')  # suffixes of names: the same model on frames, or on a test split


class PublishedFile(NamedTuple):
    """Published weights of a model.

    Attributes:
        address: Address of the file.
        page: The code base that links it.
        licence: Licence of the weights.
        sha256: SHA-256 of the file, if known.
    """

    address: str
    page: str
    licence: str
    sha256: str | None = None


def configs_folder() -> Path:
    """Folder ``recognition`` of the configs, in the wheel or in the checkout of the package."""
    folders = (PACKAGE / '.mim' / 'configs', PACKAGE.parent / 'configs')
    return next((folder for folder in folders if folder.is_dir()), folders[-1]) / 'recognition'


@lru_cache(maxsize=1)
def config_paths() -> dict[str, Path]:
    """The config of every model, by name."""
    return {path.stem: path for path in sorted(configs_folder().glob('*/*.py'), key=lambda path: path.stem)}


def list_models(pattern: str = '*', published: bool = False) -> list[str]:
    """Names of the models, which ``create_model`` and every program accept instead of a config.

    Args:
        pattern: A pattern with ``*`` and ``?``, such as ``motionformer*``; case is ignored.
        published: Whether to list only models with published weights.

    Example:
        >>> list_models('timesformer_divST_8x32*kinetics400')
        ['timesformer_divST_8x32_224_kinetics400']
    """
    names = [name for name in config_paths() if fnmatchcase(name.lower(), pattern.lower())]
    return [name for name in names if name in published_files()] if published else names


def find_config(name: str) -> Path:
    """The config file of a model.

    Raises:
        InputError: If there is no model of that name; the message has similar ones.
    """
    paths = config_paths()
    if name not in paths:
        raise InputError(unknown_model(name))
    return paths[name]


def unknown_model(name: str) -> str:
    """The message for an unknown name or path of a config."""
    by_lower = {known.lower(): known for known in config_paths()}
    close = [by_lower[match] for match in get_close_matches(Path(name).stem.lower(), by_lower, n=3)]
    hint = f'did you mean {" or ".join(close)}?' if close else f'mmaction_vt.list_models() and {MODEL_ZOO} list all'
    return f'config {name} does not exist, and no model has that name: {hint}'


@lru_cache(maxsize=1)
def published_files() -> dict[str, PublishedFile]:
    """Published weights, by name of the model, from the metafiles of the families."""
    metafiles = [yaml.safe_load(path.read_text(encoding='utf-8')) for path in configs_folder().glob('*/metafile.yml')]
    collections = {collection['Name']: collection for metafile in metafiles for collection in metafile['Collections']}
    files = {}
    for model in (model for metafile in metafiles for model in metafile['Models'] if 'Weights' in model):
        code = collections[model['In Collection']]
        files[model['Name']] = PublishedFile(
            model['Weights'], code['Code'], code['Weights License'], model.get('SHA256')
        )
    return files


def published_file(name: str) -> PublishedFile:
    """The published weights of a model.

    Raises:
        InputError: If there are none, or no such model.
    """
    find_config(name)
    files = published_files()
    for end in OTHER_DATA:
        name = name.removesuffix(end)
    if name not in files:
        raise InputError(
            f'no weights are published for {name}: give the path of a checkpoint; '
            f'mmaction_vt.list_models(published=True) and {MODEL_ZOO} list the models with weights'
        )
    return files[name]
