"""Reliability diagrams: how often a model is right, by how sure it is."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from .results import BLUE, INK, RED, SOFT, clean, new_figure


class Bins(Protocol):
    """Bins of a confidence, such as ``mmaction_vt.evaluation.calibration.Reliability``."""

    @property
    def counts(self) -> Tensor:
        """Videos of each bin."""

    @property
    def confidence(self) -> Tensor:
        """The mean confidence of each bin."""

    @property
    def accuracy(self) -> Tensor:
        """The share of right predictions of each bin."""

    @property
    def error(self) -> float:
        """The expected calibration error."""


def draw_reliability(diagrams: Mapping[str, Bins]) -> Figure:
    """Accuracy by confidence, a column for each calibration, with the shares of the videos below (Guo et al., 2017).

    Args:
        diagrams: The bins of each calibration, by its title.
    """
    figure = new_figure(4.2 * len(diagrams), 5.2)
    rows = figure.subplots(2, len(diagrams), squeeze=False, sharex=True, height_ratios=(3, 1))
    for column, (title, bins) in enumerate(diagrams.items()):
        _draw_accuracy(rows[0, column], bins, title)
        _draw_counts(rows[1, column], bins)
    rows[0, 0].set_ylabel('accuracy')
    rows[1, 0].set_ylabel('videos in %')
    return figure


def _draw_accuracy(axes: Axes, bins: Bins, title: str) -> None:
    edges = np.linspace(0, 1, len(bins.counts) + 1)
    filled = bins.counts.numpy() > 0
    accuracy, confidence = bins.accuracy.numpy(), bins.confidence.numpy()
    width = edges[1]
    axes.bar(edges[:-1][filled], accuracy[filled], width, align='edge', color=BLUE, edgecolor='white', label='accuracy')
    gaps = (confidence - accuracy)[filled]
    hatched = dict(facecolor='none', edgecolor=RED, hatch='////', linewidth=0.8, label='gap to the confidence')
    axes.bar(edges[:-1][filled], gaps, width, accuracy[filled], align='edge', **hatched)
    axes.plot((0, 1), (0, 1), color=SOFT, linestyle='--', linewidth=1)
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.set_title(f'{title}: calibration error {100 * bins.error:.1f} %', loc='left', color=INK, fontsize=10)
    axes.legend(loc='upper left', frameon=False, fontsize=9)
    clean(axes)


def _draw_counts(axes: Axes, bins: Bins) -> None:
    edges = np.linspace(0, 1, len(bins.counts) + 1)
    shares = 100 * bins.counts.numpy() / float(bins.counts.sum())
    axes.bar(edges[:-1], shares, edges[1], align='edge', color=SOFT, edgecolor='white')
    axes.set_xlabel('largest probability')
    axes.set_ylim(0, 100)
    clean(axes)
