"""Training on classes of very different sizes."""

from collections.abc import Iterator, Sized
from typing import Any

import torch
from mmengine.dataset import DefaultSampler
from torch import Tensor

from ..errors import InputError
from ..registry import DATA_SAMPLERS


def labels_of(dataset: Any) -> Tensor:
    """The label (N,) of each sample of a data set, or the labels (N, classes), 0 or 1, where a video has several.

    Raises:
        InputError: If samples have no label, or one of another kind.
    """
    while not hasattr(dataset, 'get_data_info'):
        if not hasattr(dataset, 'dataset'):
            raise InputError(f'{type(dataset).__name__} has no list of samples whose labels could be counted')
        dataset = dataset.dataset
    labels = [dataset.get_data_info(index).get('label') for index in range(len(dataset))]
    labels = [label.bool() if isinstance(label, Tensor) else label for label in labels]
    if labels and all(isinstance(label, Tensor) and label.ndim == 1 for label in labels):
        return torch.stack(labels)
    if not all(isinstance(label, int) for label in labels):
        raise InputError('classes can be balanced for data sets with one label per video, or multi_class=True, only')
    return torch.tensor(labels)


def count_classes(labels: Tensor, num_classes: int = 0) -> Tensor:
    """The number of videos (classes,) of each class.

    Args:
        labels: From ``labels_of``.
        num_classes: The least number of classes.
    """
    return labels.sum(0) if labels.ndim == 2 else labels.bincount(minlength=num_classes)


@DATA_SAMPLERS.register_module()
class ClassBalancedSampler(DefaultSampler):
    """Draws videos of rare classes more often, with replacement; an epoch is as long as before.

    A video of a class of n is drawn with a probability proportional to n to the power of minus ``power``. Of several
    labels the rarest counts; videos without a label are a class of their own.

    Args:
        dataset: The data set.
        power: 1 draws each class equally often, 0 each video, 0.5 is the square-root sampling of long-tailed
            recognition (Mahajan et al., 2018).
        seed: Random seed, the same in all processes. Default: the run's.
        **kwargs: Other arguments of mmengine's ``DefaultSampler``; ``shuffle`` has no effect.

    Raises:
        InputError: If ``power`` is not in [0, 1], or samples have no label.
    """

    def __init__(self, dataset: Sized, power: float = 1.0, seed: int | None = None, **kwargs: Any) -> None:
        if not 0 <= power <= 1:
            raise InputError(f'power of ClassBalancedSampler must be in [0, 1], not {power}')
        super().__init__(dataset, seed=seed, **kwargs)
        labels = labels_of(dataset)
        counts = count_classes(labels)
        if labels.ndim == 2:
            without = ~labels.any(1)
            rarest = torch.where(labels, counts, len(labels)).amin(1)
            sizes = torch.where(without, without.sum(), rarest)
        else:
            sizes = counts[labels]
        self.weights = sizes.double() ** -power

    def __iter__(self) -> Iterator[int]:
        """The indices of an epoch, in this process."""
        generator = torch.Generator().manual_seed(self.seed + self.epoch)
        indices = self.weights.multinomial(self.total_size, replacement=True, generator=generator)
        return iter(indices[self.rank : self.total_size : self.world_size].tolist())
