"""Figures of test results: confusion matrix, accuracy per class, most confused pairs."""

import io
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, PowerNorm
from matplotlib.figure import Figure

from ...evaluation.confusion import class_accuracy, confused_pairs
from ...utils.outputs import write_output

INK, SOFT, BLUE, RED = '#1c2530', '#8a94a3', '#2a78c2', '#c8543c'
SHADES = LinearSegmentedColormap.from_list('shades', ['#ffffff', '#9cc4ea', BLUE, '#0d2f57'])
NAMED = 40  # maximum number of classes with names in a figure
NUMBERED = 12  # maximum number of classes with numbers in the cells


def draw_confusion(matrix: np.ndarray, names: list[str]) -> Figure:
    """The confusion matrix, normalised by row; with names of up to ``NAMED`` classes, and numbers of ``NUMBERED``."""
    count = len(matrix)
    shares = matrix / np.maximum(matrix.sum(1, keepdims=True), 1)
    side = float(np.clip(2.5 + 0.45 * count, 6, 14))
    figure = new_figure(side + 1, side)
    axes = figure.add_subplot()
    # The square root makes rare confusions visible.
    image = axes.imshow(shares, cmap=SHADES, norm=PowerNorm(0.5, vmin=0, vmax=1), interpolation='nearest')
    axes.set_xlabel('predicted')
    axes.set_ylabel('label')
    if count <= NAMED:
        axes.set_xticks(range(count), [shortened(name) for name in names], rotation=60, ha='right')
        axes.set_yticks(range(count), [shortened(name) for name in names])
    if count <= NUMBERED:
        for row, column in np.argwhere(matrix):
            colour = 'white' if shares[row, column] > 0.5 else INK
            text = f'{100 * shares[row, column]:.0f} %'
            axes.text(column, row, text, ha='center', va='center', color=colour, fontsize=9)
    axes.tick_params(length=0)
    axes.set_title(f'{matrix.diagonal().sum()} of {matrix.sum()} videos correct', loc='left', color=INK)
    figure.colorbar(image, ax=axes, fraction=0.04, pad=0.02, label='share of the videos with this label')
    return figure


def draw_class_accuracy(matrix: np.ndarray, names: list[str]) -> Figure:
    """Accuracy per class, worst first; with many classes the worst and the best, and a histogram of all."""
    accuracy = class_accuracy(matrix)
    order = [int(index) for index in np.argsort(accuracy, kind='stable') if not np.isnan(accuracy[index])]
    few = len(order) <= NAMED
    shown = order if few else [*order[: NAMED // 2], *order[-NAMED // 2 :]]
    figure = new_figure(8 if few else 13, 1.5 + 0.24 * len(shown))
    axes = figure.add_subplot() if few else figure.add_subplot(1, 2, 1)
    rows = np.arange(len(shown))
    positions = rows if few else rows + rows // (NAMED // 2)  # a gap between worst and best
    axes.barh(positions, 100 * accuracy[shown], color=BLUE, height=0.7)
    counts = matrix.sum(1)
    axes.set_yticks(positions, [f'{shortened(names[index])} ({counts[index]})' for index in shown])
    for position, index in zip(positions, shown, strict=True):
        axes.text(
            100 * accuracy[index] + 1, position, f'{100 * accuracy[index]:.0f}', va='center', color=SOFT, fontsize=8
        )
    axes.invert_yaxis()
    axes.set_xlim(0, 108)
    axes.set_xlabel('accuracy in % (number of videos in brackets)')
    clean(axes)
    mean = np.nanmean(accuracy)
    title = f'mean over {len(order)} classes {100 * mean:.1f} %'
    axes.set_title(title if few else f'worst and best; {title}', loc='left', color=INK)
    if not few:
        histogram = figure.add_subplot(1, 2, 2)
        histogram.hist(100 * accuracy[order], bins=list(range(0, 101, 5)), color=BLUE, rwidth=0.9)
        histogram.set_xlabel('accuracy in %')
        histogram.set_ylabel('classes')
        histogram.set_title('all classes', loc='left', color=INK)
        clean(histogram)
    return figure


def draw_confused_pairs(matrix: np.ndarray, names: list[str], most: int = 20) -> Figure:
    """The most frequent confusions as bars."""
    pairs = confused_pairs(matrix, most)
    figure = new_figure(9, 1.5 + 0.3 * max(len(pairs), 2))
    axes = figure.add_subplot()
    axes.barh(range(len(pairs)), [pair.videos for pair in pairs], color=RED, height=0.7)
    texts = [f'{shortened(names[pair.label])} → {shortened(names[pair.predicted])}' for pair in pairs]
    axes.set_yticks(range(len(pairs)), texts)
    for row, pair in enumerate(pairs):
        axes.text(pair.videos, row, f'  {pair.videos} ({100 * pair.share:.0f} %)', va='center', color=SOFT, fontsize=8)
    axes.invert_yaxis()
    axes.set_xlim(0, 1.2 * max([pair.videos for pair in pairs], default=1))
    axes.set_xlabel('videos (share of the label in brackets)')
    axes.set_title('label → prediction' if pairs else 'no confusions', loc='left', color=INK)
    clean(axes)
    return figure


def write_figure(path: str | Path, figure: Figure) -> None:
    """Write a figure whole, in the format of its suffix.

    Args:
        path: The file, which is replaced if it exists.
        figure: The figure.

    Raises:
        InputError: If it cannot be written; what was there before remains.
    """
    content = io.BytesIO()
    figure.savefig(content, format=Path(path).suffix[1:].lower())
    write_output(path, content.getbuffer())


def new_figure(width: float, height: float) -> Figure:
    return Figure(figsize=(width, height), layout='constrained', dpi=110)


def clean(axes: Axes) -> None:
    """Remove the upper and right spine."""
    axes.spines[['top', 'right']].set_visible(False)
    axes.tick_params(length=0, colors=INK)


def shortened(name: str, most: int = 28) -> str:
    return name if len(name) <= most else name[: most - 1] + '…'
