"""Whether head, data and metrics of a config agree on how many labels a video has."""

from collections.abc import Iterator, Mapping
from typing import Any

from mmengine.config import Config

from ..errors import InputError
from .config_ranges import dicts_of

HEAD, DATA_SET, METRIC, ACCURACY = 'MultiLabelHead', 'VideoDataset', 'MultiLabelMetric', 'AccMetric'
ONE_LABEL_LOSSES = ('CrossEntropyLoss', 'CBFocalLoss')
OF_ONE_LABEL = ('top_k_accuracy', 'mean_class_accuracy')  # figures of AccMetric


def check_labels(config: Config, loaders: tuple[str, ...]) -> None:
    """Check that head, data and metrics are all for one label per video, or all for several.

    Args:
        config: The config.
        loaders: The loaders that are used.

    Raises:
        InputError: If they are not.
    """
    model = config.get('model')
    head = model.get('cls_head') if isinstance(model, Mapping) else None
    if not isinstance(head, Mapping) or not isinstance(head.get('type'), str):
        return
    several, name = _is(head, HEAD), head['type']
    for loader in loaders:
        evaluators = f'{loader.removesuffix("_dataloader")}_evaluator'
        for key, data in _data_sets(config, loader):
            if several and not data.get('multi_class'):
                raise InputError(f'{key} needs multi_class=True: model.cls_head {name} is for several labels per video')
            if data.get('multi_class') and not several and _loss_of(head) in ONE_LABEL_LOSSES:
                raise InputError(
                    f'{key} has several labels per video (multi_class=True), which the {_loss_of(head)} of '
                    f'model.cls_head {name} does not take: use mmaction_vt.{HEAD}'
                )
            if data.get('multi_class') and loader != 'train_dataloader':
                _check_metrics(config, evaluators)


def _check_metrics(config: Config, name: str) -> None:
    for key, metric in dicts_of(config.get(name) or [], name):
        given = metric.get('metric_list', OF_ONE_LABEL)
        if _is(metric, ACCURACY) and set([given] if isinstance(given, str) else given) & set(OF_ONE_LABEL):
            raise InputError(
                f'{key} {metric["type"]} reports {" and ".join(OF_ONE_LABEL)}, which are for one label per video: use '
                f'mmaction_vt.{METRIC}'
            )


def _data_sets(config: Config, name: str) -> Iterator[tuple[str, Mapping]]:
    """The lists of videos of a loader, with their keys."""
    loader = config.get(name)
    for key, settings in dicts_of(loader if isinstance(loader, Mapping) else {}, name):
        if '.pipeline' not in key and _is(settings, DATA_SET):
            yield key, settings


def _loss_of(head: Mapping) -> str:
    loss: Any = head.get('loss_cls')
    return str(loss.get('type')) if isinstance(loss, Mapping) else ONE_LABEL_LOSSES[0]


def _is(settings: Mapping, kind: str) -> bool:
    return isinstance(settings.get('type'), str) and settings['type'].rpartition('.')[2] == kind
