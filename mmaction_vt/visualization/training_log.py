"""Loss, learning rate and accuracy of a training, from the logs of mmengine in its work dir."""

import json
from pathlib import Path

from ..errors import InputError

Curves = dict[str, list[tuple[float, float]]]  # for each name, steps and values


def read_curves(work_dir: str | Path) -> tuple[Curves, Curves]:
    """What was logged in training and in validation.

    The logs of a resumed training are merged: steps of a later run replace those of an earlier one from there on.

    Raises:
        InputError: If there is no log in the work dir.
    """
    files = sorted(Path(work_dir).glob('*/vis_data/scalars.json'))
    if not files:
        raise InputError(f'{work_dir} has no training log (<time>/vis_data/scalars.json) of tools/train.py')
    training: dict[str, dict[float, float]] = {}
    validation: dict[str, dict[float, float]] = {}
    for path in files:
        lines = path.read_text(encoding='utf-8').splitlines()
        entries = [json.loads(line) for line in lines if line.startswith('{')]
        add_run(training, [entry for entry in entries if 'loss' in entry])
        add_run(validation, [entry for entry in entries if 'loss' not in entry])
    return to_curves(training), to_curves(validation)


def add_run(logged: dict[str, dict[float, float]], entries: list[dict]) -> None:
    """Add the entries of a run to those of earlier runs, whose later steps are dropped."""
    entries = [entry for entry in entries if entry.get('step') is not None]
    for values in logged.values():
        for step in [step for step in values if entries and step >= entries[0]['step']]:
            del values[step]
    for entry in entries:
        for name, value in entry.items():
            if isinstance(value, (int, float)) and name not in ('step', 'iter'):
                logged.setdefault(name, {})[entry['step']] = value


def to_curves(logged: dict[str, dict[float, float]]) -> Curves:
    return {name: sorted(values.items()) for name, values in logged.items()}
