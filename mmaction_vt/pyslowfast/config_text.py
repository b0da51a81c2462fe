"""The text of a config that inherits from another."""

from math import isclose
from typing import Any

WIDTH = 120
INDENT = 4
DELETE = '_delete_'
# The order of a config's parts; others come last.
ORDER = (
    'model',
    'num_classes',
    'class_names',
    'train_pipeline',
    'val_pipeline',
    'test_pipeline',
    'train_dataloader',
    'val_dataloader',
    'test_dataloader',
    'train_cfg',
    'optim_wrapper',
    'param_scheduler',
    'auto_scale_lr',
    'default_hooks',
    'randomness',
    'load_from',
    'work_dir',
)


class Name(str):
    """A variable of the config."""

    __slots__ = ()


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal; lists equal tuples, and numbers need only be close."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    numbers = isinstance(one, (int, float)) and isinstance(other, (int, float))
    if numbers and isinstance(one, bool) == isinstance(other, bool):
        return isclose(one, other, rel_tol=1e-9)
    return one == other


def changes(base: dict, target: dict) -> dict:
    """The settings by which ``target`` differs from ``base``, as in a config that inherits from it."""
    found = {}
    for key, value in target.items():
        if key in base and same(base[key], value):
            continue
        before = base.get(key, {})
        if not isinstance(value, dict):
            found[key] = value
        elif not isinstance(before, dict) or before.keys() - value.keys() or value.get('type') != before.get('type'):
            found[key] = {DELETE: True, **value} if key in base else value
        else:
            found[key] = changes(before, value)
    return found


def count(value: object) -> int:
    """The number of settings in a dict of dicts."""
    return sum(map(count, value.values())) if isinstance(value, dict) else 1


def config_text(comments: list[str], base: str, found: dict) -> str:
    """A config.

    Args:
        comments: Lines at its beginning.
        base: Path of the config that it inherits from.
        found: The settings that differ, as ``changes`` returns them.
    """
    parts = [f'# {line}' for line in comments] + [f'_base_ = {base!r}', '']
    for split in ('train', 'val', 'test'):
        pipeline = f'{split}_pipeline'
        dataset = found.get(f'{split}_dataloader', {}).get('dataset', {})
        if pipeline in found and same(dataset.get('pipeline'), found[pipeline]):
            dataset['pipeline'] = Name(pipeline)
    order = {key: index for index, key in enumerate(ORDER)}
    keys = sorted(found, key=lambda key: order.get(key, len(ORDER)))
    parts += [f'{key} = {source(found[key], 0, len(key) + 3)}' for key in keys]
    return '\n'.join(parts) + '\n'


def source(value: object, depth: int = 0, used: int = 0) -> str:
    """The Python source of a value.

    Args:
        value: Dicts, lists, tuples, and values with a suitable ``repr``.
        depth: Its level of indentation.
        used: Characters before it on its line.
    """
    if isinstance(value, Name):
        return str(value)
    if not isinstance(value, (dict, list, tuple)):
        return repr(value)
    opening, closing, items = _parts(value)
    line = opening + ', '.join(f'{name}{source(item)}' for name, item in items) + closing
    if len(line) + used + depth * INDENT <= WIDTH:
        return line
    inner = ' ' * (depth + 1) * INDENT
    lines = [f'{inner}{name}{source(item, depth + 1, len(name) + 1)},' for name, item in items]
    return '\n'.join([opening, *lines, ' ' * depth * INDENT + closing])


def _parts(value: dict | list | tuple) -> tuple[str, str, list[tuple[str, object]]]:
    if isinstance(value, dict):
        return 'dict(', ')', [(f'{key}=', item) for key, item in value.items()]
    opening, closing = '[]' if isinstance(value, list) else '()'
    return opening, f',{closing}' if isinstance(value, tuple) and len(value) == 1 else closing, [('', v) for v in value]
