"""Converting a YAML file of PySlowFast to a config that inherits from the nearest one of this package."""

from collections.abc import Sequence
from copy import deepcopy
from functools import lru_cache
from os.path import relpath
from pathlib import Path
from typing import NamedTuple

from mmengine.config import Config

from ..errors import InputError, check_one_of
from ..zoo import find_config, list_models
from .config_text import changes, config_text, count
from .pipelines import EPIC, KINETICS, SSV2, set_data, set_pipelines
from .settings import Settings, read_settings
from .tables import (
    ALSO_LAUNCHED,
    IGNORED,
    LAUNCHER,
    MODEL,
    MOTIONFORMER,
    MOTIONFORMER_ONLY,
    ONLY,
    OWN_SECTIONS,
    RUN,
    TIMESFORMER,
)
from .training import set_batch, set_optimizer, set_schedule

IMAGE_SIZE = 224  # of the image models that training starts from
# Ends of the names of configs for a data set.
CONFIGS = {KINETICS: ('kinetics400', 'kinetics600'), SSV2: ('ssv2',), EPIC: ('epickitchens',)}
FROM_IMAGES = {TIMESFORMER: 'timesformer_divST_8x32_224_kinetics400', MOTIONFORMER: 'motionformer_224_16x4_kinetics400'}
APPROXIMATIONS = ('nystrom', 'orthoformer', 'performer')
HERE = ('', '.', './', './tmp')
CONFIG_DEPTH = 3  # of a config in a checkout: configs/recognition/FAMILY/NAME.py


class Conversion(NamedTuple):
    """The result of a conversion.

    Attributes:
        text: The config.
        base: Name of the model whose config it inherits from.
        ignored: Keys that need no counterpart, with the reason.
        not_converted: Keys, with their values, that have no counterpart.
        unknown: Keys that the published code does not have.
    """

    text: str
    base: str
    ignored: dict[str, str]
    not_converted: list[str]
    unknown: list[str]


def convert_yaml(path: str | Path, overrides: Sequence[str] = (), out: str | Path = 'config.py') -> Conversion:
    """Turn a YAML file of TimeSformer or Motionformer into a config.

    Args:
        path: The file.
        overrides: Alternating keys and values, as on PySlowFast's command line: ``['TRAIN.BATCH_SIZE', '8']``.
        out: The path of the config, which is not written here.

    Raises:
        InputError: If the file cannot be read, is of another model, or is for another data set.
    """
    settings = read_settings(path, overrides)
    family, kind = family_of(settings, path), kind_of(settings)
    name, target, notes = nearest(settings, family, kind)
    step, not_converted = notes
    not_converted += refused(settings, family)
    ignored, unknown = leftover(settings, family)
    comments = [f"From {Path(path).name} of {family}'s code, by tools/convert_yaml.py.", step]
    comments += [f'Not converted: {line}' for line in not_converted]
    comments += [f'Unknown: {key}' for key in unknown]
    text = config_text(comments, base_path(name, Path(out)), changes(base_config(name), target))
    return Conversion(text, name, ignored, not_converted, unknown)


def family_of(settings: Settings, path: str | Path) -> str:
    """The family of a file.

    Raises:
        InputError: If it is neither TimeSformer nor Motionformer.
    """
    arch, name = settings['MODEL.ARCH'], settings['MODEL.MODEL_NAME']
    if arch == 'vit' or settings.section('TIMESFORMER'):
        return TIMESFORMER
    if name == 'VisionTransformer' or settings.section('VIT'):
        return MOTIONFORMER
    raise InputError(
        f'{path} is neither of TimeSformer (MODEL.ARCH vit) nor of Motionformer (MODEL.MODEL_NAME VisionTransformer): '
        f'its model is {name}, {arch}'
    )


def kind_of(settings: Settings) -> str:
    """The kind of data set.

    Raises:
        InputError: If there are no configs for it.
    """
    kind = settings['TRAIN.DATASET'].lower()
    settings.used.add('TEST.DATASET')
    check_one_of('TRAIN.DATASET', kind, CONFIGS)
    return kind


def nearest(settings: Settings, family: str, kind: str) -> tuple[str, dict, tuple[str, list[str]]]:
    """The config that needs the fewest changes, the changed config, and notes."""
    names = [name for end in CONFIGS[kind] for name in list_models(f'{family.lower()}_*_{end}')]
    found = []
    for name in names:
        target = deepcopy(base_config(name))
        notes = apply(target, settings, family, kind)
        found.append((count(changes(base_config(name), target)), name, target, notes))
    return min(found, key=lambda item: item[:2])[1:]


@lru_cache(maxsize=64)
def base_config(name: str) -> dict:
    """A config of this package as dicts."""
    return Config.fromfile(find_config(name)).to_dict()


def apply(config: dict, settings: Settings, family: str, kind: str) -> tuple[str, list[str]]:
    """Set everything in a config.

    Returns:
        A sentence on the batch size, and settings that could not be converted.
    """
    for path, key, default in MODEL[family]:
        put(config, path, settings[key], default)
    set_start(config, settings, family)
    set_data(config, settings, family, kind)
    set_pipelines(config, settings, family, kind)
    set_optimizer(config, settings)
    step = set_batch(config, settings, family)
    missing = set_schedule(config, settings)
    if family == MOTIONFORMER:
        missing += set_trajectories(config, settings)
    for key, paths in RUN.items():
        for path in paths if settings.has(key) else ():
            put(config, path, settings[key])
            if path.endswith('num_workers') and not settings[key]:
                put(config, path.replace('num_workers', 'persistent_workers'), False)
    if settings.has('OUTPUT_DIR') and settings['OUTPUT_DIR'] not in HERE:
        config['work_dir'] = settings['OUTPUT_DIR']
    return step, missing


def put(config: dict, path: str, value: object, default: object = None) -> None:
    """Set a value, unless it is the default and the config does not set it."""
    *parts, last = path.split('.')
    for part in parts:
        config = config.setdefault(part, {})
    if last in config or value != default:
        config[last] = value


def set_start(config: dict, settings: Settings, family: str) -> None:
    """Set the weights that training starts from: a video model, an image model or none."""
    backbone, checkpoint = config['model']['backbone'], settings['TRAIN.CHECKPOINT_FILE_PATH']
    settings.used |= {'TRAIN.FINETUNE', 'TRAIN.CHECKPOINT_EPOCH_RESET'}
    config['load_from'] = checkpoint or None
    images = settings['VIT.IM_PRETRAINED'] if family == MOTIONFORMER else True
    if checkpoint or not images:
        backbone['init_cfg'] = None
        return
    if not backbone['init_cfg']:
        backbone['init_cfg'] = deepcopy(base_config(FROM_IMAGES[family])['model']['backbone']['init_cfg'])
    if family == TIMESFORMER and settings['TIMESFORMER.PRETRAINED_MODEL']:
        backbone['init_cfg']['checkpoint'] = settings['TIMESFORMER.PRETRAINED_MODEL']
    if family == TIMESFORMER:  # positions of the image model for other sizes are resized along the flattened grid
        backbone['init_cfg'].pop('positions', None)
        if settings['DATA.TRAIN_CROP_SIZE'] != IMAGE_SIZE:
            backbone['init_cfg']['positions'] = 'nearest_1d'


def set_trajectories(config: dict, settings: Settings) -> list[str]:
    """Set the variant of trajectory attention."""
    backbone, missing = config['model']['backbone'], []
    put(config, 'model.backbone.project_values', not settings['VIT.USE_ORIGINAL_TRAJ_ATTN_CODE'], False)
    kind, landmarks = settings['VIT.APPROX_ATTN_TYPE'], settings['VIT.APPROX_ATTN_DIM']
    if kind in APPROXIMATIONS:
        backbone |= dict(approximation=kind, num_landmarks=landmarks)
    elif kind != 'none':
        missing.append(f'VIT.APPROX_ATTN_TYPE = {kind}: choose from {", ".join(APPROXIMATIONS)}')
    if settings.has('VIT.POS_DROPOUT') and settings['VIT.POS_DROPOUT'] != settings['VIT.DROP']:
        missing.append(f'VIT.POS_DROPOUT = {settings["VIT.POS_DROPOUT"]}: VIT.DROP is for embeddings too')
    tubelets = settings['DATA.NUM_FRAMES'] // settings['VIT.PATCH_SIZE_TEMP']
    if settings['VIT.TEMPORAL_RESOLUTION'] != tubelets:
        resolution = settings['VIT.TEMPORAL_RESOLUTION']
        missing.append(f'VIT.TEMPORAL_RESOLUTION = {resolution}: a clip has {tubelets} tubelets in time')
    return missing


def refused(settings: Settings, family: str) -> list[str]:
    """Keys with values that have no counterpart."""
    lines = []
    for key, (accepted, reason) in (ONLY | (MOTIONFORMER_ONLY if family == MOTIONFORMER else {})).items():
        if key in settings.given and not foreign(key, family):
            settings.used.add(key)
            value = settings[key]
            if value not in accepted:
                lines.append(f'{key} = {value}: {reason}')
    return lines


def leftover(settings: Settings, family: str) -> tuple[dict[str, str], list[str]]:
    """Keys that are ignored, with the reason, and unknown keys."""
    ignored = {key: LAUNCHER for key in ALSO_LAUNCHED if key in settings.given}
    unknown = []
    for key in settings.given:
        if key in settings.used and not foreign(key, family):
            continue
        section = f'{key.partition(".")[0]}.'
        reason = None if foreign(key, family) else IGNORED.get(key, IGNORED.get(section))
        if reason is None:
            unknown.append(key)
        else:
            ignored[key] = reason
    return ignored, unknown


def foreign(key: str, family: str) -> bool:
    """Whether a key belongs to the other family's code."""
    return any(key.startswith(own) for other, own in OWN_SECTIONS.items() if other != family)


def base_path(name: str, out: Path) -> str:
    """Path of a model's config for ``_base_`` of a config at ``out``: relative inside the checkout."""
    path, folder = find_config(name).resolve(), out.resolve().parent
    checkout = path.parents[CONFIG_DEPTH]
    return relpath(path, folder) if folder.is_relative_to(checkout) else str(path)
