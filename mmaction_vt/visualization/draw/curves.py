"""Training curves: loss, learning rate and accuracy."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from .results import BLUE, INK, RED, SOFT, clean, new_figure

Curves = dict[str, list[tuple[float, float]]]  # for each name, steps and values


def draw_curves(training: Curves, validation: Curves, title: str = '') -> Figure:
    """Loss, learning rate, accuracy in training and in validation, below each other."""
    losses = {name: curve for name, curve in training.items() if 'loss' in name}
    if len(losses) == 2:  # the total and its only term
        losses = {'loss': losses['loss']}
    rates = {'learning rate': training['lr']} if 'lr' in training else {}
    accuracies = {name: curve for name, curve in training.items() if 'acc' in name}
    held_out = {name: curve for name, curve in validation.items() if 'acc' in name}
    parts = [('loss', losses), ('learning rate', rates), ('training accuracy', accuracies)]
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
        axes.set_ylabel('validation accuracy')
        axes.set_xlabel('epoch' if 'epoch' in training else 'step')
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if title:
        figure.suptitle(title, color=INK, x=0.02, ha='left')
    return figure


def draw_lines(axes: Axes, curves: Curves, marker: str | None = None) -> None:
    """Draw each curve in its own colour; long ones faint, with their moving average on top."""
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
