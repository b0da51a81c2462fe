"""Curves of a training: loss, learning rate and accuracy, from what mmengine wrote into the work dir."""

import json
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ...errors import InputError
from .results import BLUE, INK, RED, SOFT, clean, new_figure

Curve = dict[str, list[tuple[float, float]]]


def read_curves(work_dir: str | Path) -> tuple[Curve, Curve]:
    """What was logged in training and in validation: for each name, steps and values.

    Several runs, as of a training that was resumed, are one: a later run's steps replace those that it did again.

    Raises:
        InputError: If there is no log in the work dir.
    """
    files = sorted(Path(work_dir).glob('*/vis_data/scalars.json'))
    if not files:
        raise InputError(f'{work_dir} holds no log of a training (<time>/vis_data/scalars.json), which train.py writes')
    training: dict[str, dict[float, float]] = {}
    validation: dict[str, dict[float, float]] = {}
    for path in files:
        entries = [json.loads(line) for line in path.read_text(encoding='utf-8').splitlines() if line.startswith('{')]
        starts = {}
        for entry in entries:
            kind = training if 'loss' in entry else validation
            step = entry.get('step')
            if step is None:
                continue
            if id(kind) not in starts:  # what an earlier run logged from here on is not part of this training
                starts[id(kind)] = step
                for values in kind.values():
                    for later in [other for other in values if other >= step]:
                        del values[later]
            for name, value in entry.items():
                if isinstance(value, (int, float)) and name not in ('step', 'iter'):
                    kind.setdefault(name, {})[step] = value
    return tuple({name: sorted(values.items()) for name, values in kind.items()} for kind in (training, validation))


def draw_curves(training: Curve, validation: Curve, title: str = '') -> Figure:
    """Loss, learning rate and accuracy one above the other; validation beside training where both have the figure."""
    losses = {name: curve for name, curve in training.items() if 'loss' in name}
    if len(losses) == 2:  # the sum and its only part
        losses = {'loss': losses['loss']}
    rates = {'learning rate': training['lr']} if 'lr' in training else {}
    accuracies = {name: curve for name, curve in training.items() if 'acc' in name}
    held_out = {name: curve for name, curve in validation.items() if 'acc' in name}
    parts = [('loss', losses), ('learning rate', rates), ('accuracy in training', accuracies)]
    parts = [part for part in parts if part[1]]
    figure = new_figure(8, 0.6 + 2.6 * (len(parts) + bool(held_out)))
    rows = len(parts) + bool(held_out)
    for row, (name, curves) in enumerate(parts, start=1):
        axes = figure.add_subplot(rows, 1, row)
        draw_lines(axes, curves)
        axes.set_ylabel(name)
        axes.set_xlabel('step')
    if held_out:
        axes = figure.add_subplot(rows, 1, rows)
        draw_lines(axes, held_out, marker='o')
        axes.set_ylabel('accuracy in validation')
        axes.set_xlabel('epoch' if 'epoch' in training else 'step')
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if title:
        figure.suptitle(title, color=INK, x=0.02, ha='left')
    return figure


def draw_lines(axes: object, curves: Curve, marker: str | None = None) -> None:
    """Each curve in a colour of its own; a noisy one pale, with its moving mean on top."""
    colours = [BLUE, RED, '#3a9a6e', '#8a5bb5', '#b8902f', SOFT]
    for index, (name, curve) in enumerate(curves.items()):
        steps, values = np.array(curve).T
        colour = colours[index % len(colours)]
        if len(values) > 40 and marker is None:
            window = max(len(values) // 40, 2)
            smooth = np.convolve(values, np.ones(window) / window, mode='valid')
            axes.plot(steps, values, color=colour, alpha=0.25, linewidth=0.8)
            axes.plot(steps[window - 1 :], smooth, color=colour, linewidth=1.6, label=name)
        else:
            style = '--' if 'mean' in name else '-'
            axes.plot(steps, values, style, color=colour, linewidth=1.6, label=name, marker=marker, markersize=4)
    if len(curves) > 1:
        axes.legend(frameon=False, labelcolor=INK, fontsize=9)
    axes.grid(axis='y', color='#e6e9ee', linewidth=0.8)
    clean(axes)
