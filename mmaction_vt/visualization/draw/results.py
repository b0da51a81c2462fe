"""Figures of what a model got right and wrong."""

from typing import NamedTuple

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, PowerNorm
from matplotlib.figure import Figure

INK, SOFT, BLUE, RED = '#1c2530', '#8a94a3', '#2a78c2', '#c8543c'
SHADES = LinearSegmentedColormap.from_list('shades', ['#ffffff', '#9cc4ea', BLUE, '#0d2f57'])
NAMED = 40  # classes that a picture can name one by one
NUMBERED = 12  # classes whose cells have room for figures


class Confusion(NamedTuple):
    """Two classes that are taken for each other.

    Attributes:
        label: The right class.
        predicted: What the model said.
        count: In how many videos.
        share: Of the videos of the right class.
    """

    label: int
    predicted: int
    count: int
    share: float


def confusion_matrix(labels: np.ndarray, predicted: np.ndarray, num_classes: int) -> np.ndarray:
    """Counts (classes, classes): a row for each label, a column for each prediction."""
    matrix = np.zeros((num_classes, num_classes), int)
    np.add.at(matrix, (labels, predicted), 1)
    return matrix


def class_accuracy(matrix: np.ndarray) -> np.ndarray:
    """The share of each class's videos that are right; NaN where there is no video."""
    counts = matrix.sum(1)
    return np.where(counts > 0, matrix.diagonal() / np.maximum(counts, 1), np.nan)


def confused_pairs(matrix: np.ndarray, most: int = 20) -> list[Confusion]:
    """The most frequent confusions, most frequent first."""
    wrong = matrix - np.diag(matrix.diagonal())
    order = np.argsort(-wrong, axis=None, kind='stable')[:most]
    pairs = (np.unravel_index(index, wrong.shape) for index in order)
    counts = matrix.sum(1)
    return [
        Confusion(int(label), int(said), int(wrong[label, said]), float(wrong[label, said] / counts[label]))
        for label, said in pairs
        if wrong[label, said]
    ]


def draw_confusion(matrix: np.ndarray, names: list[str]) -> Figure:
    """The confusion matrix as shares of each row; every class by name where there is room, figures where few are."""
    count = len(matrix)
    shares = matrix / np.maximum(matrix.sum(1, keepdims=True), 1)
    side = float(np.clip(2.5 + 0.45 * count, 6, 14))
    figure = new_figure(side + 1, side)
    axes = figure.add_subplot()
    # The root brings out what few videos are taken for.
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
    axes.set_title(f'{matrix.diagonal().sum()} of {matrix.sum()} videos right', loc='left', color=INK)
    figure.colorbar(image, ax=axes, fraction=0.04, pad=0.02, label='share of the videos with this label')
    return figure


def draw_class_accuracy(matrix: np.ndarray, names: list[str]) -> Figure:
    """Accuracy of each class, worst first; of many classes the worst and the best, beside how all are spread."""
    accuracy = class_accuracy(matrix)
    order = [int(index) for index in np.argsort(accuracy, kind='stable') if not np.isnan(accuracy[index])]
    few = len(order) <= NAMED
    shown = order if few else [*order[: NAMED // 2], *order[-NAMED // 2 :]]
    figure = new_figure(8 if few else 13, 1.5 + 0.24 * len(shown))
    axes = figure.add_subplot() if few else figure.add_subplot(1, 2, 1)
    places = np.arange(len(shown)) + (
        0 if few else np.arange(len(shown)) // (NAMED // 2)
    )  # a gap between worst and best
    axes.barh(places, 100 * accuracy[shown], color=BLUE, height=0.7)
    counts = matrix.sum(1)
    axes.set_yticks(places, [f'{shortened(names[index])} ({counts[index]})' for index in shown])
    for place, index in zip(places, shown, strict=True):
        axes.text(100 * accuracy[index] + 1, place, f'{100 * accuracy[index]:.0f}', va='center', color=SOFT, fontsize=8)
    axes.invert_yaxis()
    axes.set_xlim(0, 108)
    axes.set_xlabel('accuracy in % (in brackets: videos)')
    clean(axes)
    mean = np.nanmean(accuracy)
    title = f'mean over {len(order)} classes {100 * mean:.1f} %'
    axes.set_title(title if few else f'worst and best; {title}', loc='left', color=INK)
    if not few:
        spread = figure.add_subplot(1, 2, 2)
        spread.hist(100 * accuracy[order], bins=np.arange(0, 101, 5), color=BLUE, rwidth=0.9)
        spread.set_xlabel('accuracy in %')
        spread.set_ylabel('classes')
        spread.set_title('all classes', loc='left', color=INK)
        clean(spread)
    return figure


def draw_confused_pairs(matrix: np.ndarray, names: list[str], most: int = 20) -> Figure:
    """The most frequent confusions as bars."""
    pairs = confused_pairs(matrix, most)
    figure = new_figure(9, 1.5 + 0.3 * max(len(pairs), 2))
    axes = figure.add_subplot()
    axes.barh(range(len(pairs)), [pair.count for pair in pairs], color=RED, height=0.7)
    texts = [f'{shortened(names[pair.label])} → {shortened(names[pair.predicted])}' for pair in pairs]
    axes.set_yticks(range(len(pairs)), texts)
    for row, pair in enumerate(pairs):
        axes.text(pair.count, row, f'  {pair.count} ({100 * pair.share:.0f} %)', va='center', color=SOFT, fontsize=8)
    axes.invert_yaxis()
    axes.set_xlim(0, 1.2 * max([pair.count for pair in pairs], default=1))
    axes.set_xlabel('videos (in brackets: share of the label)')
    axes.set_title('label → what it is taken for' if pairs else 'nothing is confused', loc='left', color=INK)
    clean(axes)
    return figure


def new_figure(width: float, height: float) -> Figure:
    return Figure(figsize=(width, height), layout='constrained', dpi=110)


def clean(axes: object) -> None:
    """Leave out the frame's upper and right side."""
    axes.spines[['top', 'right']].set_visible(False)
    axes.tick_params(length=0, colors=INK)


def shortened(name: str, most: int = 28) -> str:
    return name if len(name) <= most else name[: most - 1] + '…'
