"""Class names of every data set of the configs, in the order of the published weights.

``NAME.txt`` has one name per line, class 0 first. ``class_names`` of a config is the name of one of these lists, a list
of names, or for a model with several classifiers a dict with either for each.
"""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from ..errors import InputError

FOLDER = Path(__file__).parent

Names = str | Sequence[str]


def list_class_names() -> list[str]:
    """Names of the lists that come with the package."""
    return sorted(path.stem for path in FOLDER.glob('*.txt'))


@lru_cache(maxsize=32)
def read_class_names(name: str) -> tuple[str, ...]:
    """Read the class names of a data set.

    Args:
        name: One of ``list_class_names``, such as ``kinetics400``.

    Raises:
        InputError: If there is no such list.
    """
    path = FOLDER / f'{name}.txt'
    if Path(name).name != name or not path.is_file():
        close = get_close_matches(name, list_class_names(), n=1)
        hint = f'did you mean {close[0]}?' if close else f'choose from {", ".join(list_class_names())}'
        raise InputError(f'unknown class names {name!r}: {hint}')
    return tuple(path.read_text(encoding='utf-8').splitlines())


def resolve_class_names(names: Names | Mapping[str, Names] | None) -> dict[str, list[str]] | None:
    """The lists of names of a config's ``class_names``, by classifier; a single one is called ``class``.

    Raises:
        InputError: If it is of another type, or the name of no list.
    """
    if not names:
        return None
    by_task = names if isinstance(names, Mapping) else {'class': names}
    return {task: _resolve(value) for task, value in by_task.items()}


def _resolve(names: Names) -> list[str]:
    if isinstance(names, str):
        return list(read_class_names(names))
    if not isinstance(names, Sequence) or not all(isinstance(name, str) for name in names):
        raise InputError(f'class_names must be the name of a list or a list of names, not {names!r}')
    return list(names)


def name_classes(lists: Sequence[str] | Sequence[Sequence[str]], classes: Mapping[str, int]) -> dict[str, list[str]]:
    """Assign a user's class names to the classifiers of a model.

    Args:
        lists: Names; for several classifiers a list of names for each, in order.
        classes: Number of classes of each classifier, by name.

    Raises:
        InputError: If the number of lists is not that of classifiers, or the number of names not that of classes.
    """
    if isinstance(lists[0], str):
        lists = [[str(name) for name in lists]]
    by_classifier = [list(names) for names in lists]
    if len(by_classifier) != len(classes):
        raise InputError(
            f'got {len(by_classifier)} lists of class names, and the model has {len(classes)} classifiers: '
            f'{", ".join(classes)}'
        )
    for names, (task, count) in zip(by_classifier, classes.items(), strict=True):
        if len(names) != count:
            raise InputError(f'got {len(names)} {task} names, expected {count}')
    return dict(zip(classes, by_classifier, strict=True))
