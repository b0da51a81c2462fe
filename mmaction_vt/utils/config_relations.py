"""Settings of a config that must fit each other."""

from collections.abc import Iterator, Mapping
from typing import Any

from mmengine.config import Config

from ..errors import InputError
from .config_arguments import default_of
from .config_places import Place
from .config_ranges import dicts_of, is_integer, is_number

OWN_BACKBONES = 'mmaction_vt.models.backbones'


def check_backbone(place: Place, kind: Any) -> None:
    """Check that the heads of a backbone divide its embedding.

    Args:
        place: The backbone in the config.
        kind: Its class.

    Raises:
        InputError: If they do not.
    """
    widths, heads = (_setting(place, kind, name) for name in ('embed_dims', 'num_heads'))
    widths, heads = (value if isinstance(value, (list, tuple)) else [value] for value in (widths, heads))
    if len(widths) != len(heads):
        return
    for width, count in zip(widths, heads, strict=True):
        if is_integer(width) and is_integer(count) and count > 0 and width % count:
            raise InputError(f'{place.key}.num_heads={count} must divide embed_dims={width}')


def check_head(config: Config, backbone: Place, kind: Any) -> None:
    """Check that the classifier takes the features of one of our backbones.

    Raises:
        InputError: If it takes another number of channels.
    """
    model = config.get('model')
    head = model.get('cls_head') if isinstance(model, Mapping) else None
    if not isinstance(head, Mapping) or model.get('neck') or not kind.__module__.startswith(OWN_BACKBONES):
        return
    width = _setting(backbone, kind, 'embed_dims')
    width = width[-1] if isinstance(width, (list, tuple)) and width else width
    channels = head.get('in_channels', width)
    if is_integer(width) and is_integer(channels) and width != channels:
        raise InputError(
            f'model.cls_head.in_channels={channels} must equal the embed_dims of model.backbone, which are {width}'
        )


def check_classes(config: Config, loaders: tuple[str, ...]) -> None:
    """Check that the classifier has the classes of the data.

    Raises:
        InputError: If it has another number.
    """
    model = config.get('model')
    head = model.get('cls_head') if isinstance(model, Mapping) else None
    classes = head.get('num_classes') if isinstance(head, Mapping) else None
    if not is_integer(classes):
        return
    for key, count in _classes_of_data(config, loaders):
        if count != classes:
            raise InputError(
                f'model.cls_head.num_classes={classes}, but the data has {count} classes ({key}): set both to the '
                'number of classes in the annotation lists'
            )


def check_schedule(config: Config) -> None:
    """Check that each scheduler ends after its begin.

    Raises:
        InputError: If one does not.
    """
    for key, scheduler in dicts_of(config.get('param_scheduler') or [], 'param_scheduler'):
        begin, end = scheduler.get('begin', 0), scheduler.get('end')
        if is_number(begin) and is_number(end) and begin >= end:
            raise InputError(f'{key}.end={end} must be after its begin={begin}')


def _classes_of_data(config: Config, loaders: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    for name in loaders:
        loader = config.get(name)
        for key, dataset in dicts_of(loader if isinstance(loader, Mapping) else {}, name):
            if '.pipeline' not in key and is_integer(dataset.get('num_classes')):
                yield f'{key}.num_classes', dataset['num_classes']


def _setting(place: Place, kind: Any, name: str) -> Any:
    return place.arguments.get(name, default_of(kind, name))
