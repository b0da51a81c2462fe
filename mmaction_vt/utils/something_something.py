"""The official labels of Something-Something V2: a JSON file of the videos of a split, and one of the classes."""

from pathlib import Path

from ..errors import InputError
from .annotation_files import parse_label, read_json


def read_classes(path: Path) -> dict[str, int]:
    """Read the labels of classes by name.

    Args:
        path: ``something-something-v2-labels.json``.

    Raises:
        InputError: If the file is another, or the labels are not consecutive from 0.
    """
    content = read_json(path, dict, 'the official something-something-v2-labels.json')
    classes = {name: parse_label(label, f'{path}, class {name!r}') for name, label in content.items()}
    if sorted(classes.values()) != list(range(len(classes))):
        raise InputError(f'{path}: the labels of its {len(classes)} classes are not 0 to {len(classes) - 1}')
    return classes


def read_samples(path: Path, classes: dict[str, int]) -> list[tuple[str, int]]:
    """Read ids of videos and their labels.

    Args:
        path: ``something-something-v2-train.json`` or that for validation.
        classes: Labels by class name.

    Raises:
        InputError: If an entry has no id or template, or the class is unknown.
    """
    samples = []
    for number, entry in enumerate(read_json(path, list, 'the official JSON of a split, a list of videos'), start=1):
        where = f'{path}, entry {number}'
        if not isinstance(entry, dict) or not entry.get('id') or not entry.get('template'):
            raise InputError(f'{where}: missing id or template (the test set has no labels)')
        name = entry['template'].replace('[', '').replace(']', '')
        if name not in classes:
            raise InputError(f'{where}: unknown class {name!r}, which is not in the file of labels')
        samples.append((str(entry['id']), classes[name]))
    return samples
