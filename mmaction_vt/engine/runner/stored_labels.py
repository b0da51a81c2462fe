"""Training with stored token labels instead of a teacher."""

import copy

from mmengine.config import Config
from mmengine.dataset import BaseDataset
from mmengine.registry import init_default_scope

from ...datasets.token_label_store import TokenLabelStore, digest, digest_of_samples
from ...errors import InputError
from ...registry import DATASETS


def training_set(config: Config) -> tuple[BaseDataset, list[dict]]:
    """The training set of a config, without its pipeline, and the pipeline.

    Raises:
        InputError: If the config's model has no token labels, or clips are mixed after the pipeline.
    """
    if config.model.get('type') != 'mmaction_vt.TokenLabelRecognizer3D':
        raise InputError(
            f'token labels need a model of type mmaction_vt.TokenLabelRecognizer3D, not {config.model.get("type")}'
        )
    if config.model.get('data_preprocessor', {}).get('blending'):
        raise InputError(
            'there are no stored token labels for clips that data_preprocessor.blending mixes: omit blending'
        )
    settings = copy.deepcopy(config.train_dataloader.dataset)
    if 'pipeline' not in settings:
        raise InputError(f'train_dataloader.dataset ({settings.get("type")}) has no pipeline')
    transforms, settings.pipeline = settings.pipeline, []
    return DATASETS.build(settings), transforms


def describe(config: Config, samples: BaseDataset, transforms: list[dict]) -> dict:
    """What stored labels must match."""
    return dict(
        num_samples=len(samples),
        num_classes=config.model.cls_head.num_classes,
        data=digest_of_samples([samples.get_data_info(index) for index in range(len(samples))]),
        pipeline=digest(transforms),
    )


def train_from_store(config: Config, folder: str) -> None:
    """Change a config so that it trains with the labels of a store.

    Raises:
        InputError: If the store is incomplete, or was made for other videos, classes or another pipeline.
    """
    init_default_scope(config.get('default_scope', 'mmaction'))
    samples, transforms = training_set(config)
    store = TokenLabelStore(folder)
    about = describe(config, samples, transforms)
    store.check(about, tuple(about))
    store.check_complete()
    dataset = config.train_dataloader.dataset
    dataset.pipeline = [dict(type='mmaction_vt.StoredTokenLabels', store=str(folder), transforms=dataset.pipeline)]
    config.model.teacher = None
