"""The settings of a YAML file of PySlowFast with overrides, and a record of the keys used."""

import ast
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from ..errors import InputError

# Defaults of the published code.
DEFAULTS = {
    'DATA.COLORJITTER': False,
    'DATA.GAUSSIAN': False,
    'DATA.GRAYSCALE': False,
    'DATA.INV_UNIFORM_SAMPLE': False,
    'DATA.MEAN': [0.45, 0.45, 0.45],
    'DATA.NUM_FRAMES': 8,
    'DATA.PATH_LABEL_SEPARATOR': ' ',
    'DATA.PATH_PREFIX': '',
    'DATA.PATH_TO_DATA_DIR': '',
    'DATA.RANDOM_FLIP': True,
    'DATA.REVERSE_INPUT_CHANNEL': False,
    'DATA.SAMPLING_RATE': 8,
    'DATA.STD': [0.225, 0.225, 0.225],
    'DATA.TARGET_FPS': 30,
    'DATA.TEST_CROP_SIZE': 256,
    'DATA.TRAIN_CROP_SIZE': 224,
    'DATA.TRAIN_JITTER_SCALES': [256, 320],
    'DATA.USE_RANDOM_RESIZE_CROPS': False,
    'DATA.USE_RAND_AUGMENT': False,
    'EPICKITCHENS.ANNOTATIONS_DIR': '',
    'EPICKITCHENS.TEST_LIST': 'EPIC_100_validation.pkl',
    'EPICKITCHENS.TRAIN_LIST': 'EPIC_100_train.pkl',
    'EPICKITCHENS.VAL_LIST': 'EPIC_100_validation.pkl',
    'EPICKITCHENS.VISUAL_DATA_DIR': '',
    'GLOBAL_BATCH_SIZE': 64,
    'MODEL.ARCH': 'slowfast',
    'MODEL.MODEL_NAME': 'SlowFast',
    'MODEL.NUM_CLASSES': 400,
    'NUM_GPUS': 1,
    'NUM_SHARDS': 1,
    'SOLVER.BASE_LR': 0.1,
    'SOLVER.BASE_LR_SCALE_NUM_SHARDS': False,
    'SOLVER.CLIP_GRAD': None,
    'SOLVER.COSINE_END_LR': 0.0,
    'SOLVER.DAMPENING': 0.0,
    'SOLVER.LRS': [],
    'SOLVER.LR_POLICY': 'cosine',
    'SOLVER.MAX_EPOCH': 300,
    'SOLVER.MOMENTUM': 0.9,
    'SOLVER.NESTEROV': True,
    'SOLVER.OPTIMIZING_METHOD': 'sgd',
    'SOLVER.SMOOTHING': 0.0,
    'SOLVER.STEPS': [],
    'SOLVER.USE_MIXED_PRECISION': False,
    'SOLVER.WARMUP_EPOCHS': 0.0,
    'SOLVER.WARMUP_START_LR': 0.01,
    'SOLVER.WEIGHT_DECAY': 1e-4,
    'TEST.NUM_ENSEMBLE_VIEWS': 10,
    'TEST.NUM_SPATIAL_CROPS': 3,
    'TIMESFORMER.ATTENTION_TYPE': 'divided_space_time',
    'TIMESFORMER.PRETRAINED_MODEL': '',
    'TRAIN.BATCH_SIZE': 64,
    'TRAIN.CHECKPOINT_EPOCH_RESET': False,
    'TRAIN.CHECKPOINT_FILE_PATH': '',
    'TRAIN.DATASET': 'kinetics',
    'TRAIN.FINETUNE': False,
    'VIT.APPROX_ATTN_DIM': 128,
    'VIT.APPROX_ATTN_TYPE': 'none',
    'VIT.ATTN_DROPOUT': 0.0,
    'VIT.ATTN_LAYER': 'trajectory',
    'VIT.DEPTH': 12,
    'VIT.DROP': 0.0,
    'VIT.DROP_PATH': 0.0,
    'VIT.EMBED_DIM': 768,
    'VIT.HEAD_DROPOUT': 0.0,
    'VIT.IM_PRETRAINED': True,
    'VIT.MLP_RATIO': 4,
    'VIT.NUM_HEADS': 12,
    'VIT.PATCH_SIZE': 16,
    'VIT.PATCH_SIZE_TEMP': 2,
    'VIT.POS_EMBED': 'separate',
    'VIT.QKV_BIAS': True,
    'VIT.TEMPORAL_RESOLUTION': 8,
    'VIT.USE_ORIGINAL_TRAJ_ATTN_CODE': True,
}


class Settings:
    """Values by dotted keys, with the published defaults.

    Args:
        given: Values of the file and the command line.

    Attributes:
        given: The same.
        used: Keys that were read.
    """

    def __init__(self, given: dict[str, object]) -> None:
        self.given = given
        self.used: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        self.used.add(key)
        value = self.given.get(key, DEFAULTS.get(key))
        return value.strip() if isinstance(value, str) and key != 'DATA.PATH_LABEL_SEPARATOR' else value

    def has(self, key: str) -> bool:
        """Whether the file or the command line sets a key; the key counts as used."""
        self.used.add(key)
        return key in self.given

    def section(self, name: str) -> bool:
        """Whether there is a section."""
        return any(key.startswith(f'{name}.') for key in self.given)


def read_settings(path: str | Path, changes: Sequence[str] = ()) -> Settings:
    """Read a YAML file.

    Args:
        path: The file.
        changes: Alternating keys and values, ``TRAIN.BATCH_SIZE 8``, as on PySlowFast's command line.

    Raises:
        InputError: If the file does not exist or is not such a file, or a key has no value.
    """
    try:
        content = yaml.safe_load(Path(path).read_text(encoding='utf-8-sig'))
    except OSError as error:
        raise InputError(f'{path} cannot be read: {error.strerror}') from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f'{path} is not a YAML file of PySlowFast') from error
    if not isinstance(content, dict):
        raise InputError(f'{path} is not a YAML file of PySlowFast')
    if len(changes) % 2:
        raise InputError(f'{changes[-1]} has no value: expected pairs of a key and a value, such as TRAIN.BATCH_SIZE 8')
    given = dict(_flatten(content))
    given |= {key.rstrip(':'): _literal(value) for key, value in zip(changes[::2], changes[1::2], strict=True)}
    return Settings(given)


def _flatten(content: dict, prefix: str = '') -> list[tuple[str, object]]:
    items = []
    for key, value in content.items():
        name = f'{prefix}{key}'
        items += _flatten(value, f'{name}.') if isinstance(value, dict) else [(name, _literal(value))]
    return items


def _literal(value: object) -> object:
    """Evaluate strings: YAML reads 1e-4 as one, and so does a command line."""
    if not isinstance(value, str):
        return value
    try:
        return ast.literal_eval(value.strip())
    except (SyntaxError, ValueError):
        return value
