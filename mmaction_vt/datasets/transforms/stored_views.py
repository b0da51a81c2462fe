"""Reproducible random views of a video, and the token labels stored for them."""

from collections.abc import Sequence

import numpy as np
from mmcv.transforms import BaseTransform
from mmengine.dataset import Compose

from ...registry import TRANSFORMS
from ..seeding import seeded
from ..token_label_store import TokenLabelStore


class Views:
    """View v of sample i: the output of the pipeline if random generators are seeded with i and v.

    Args:
        transforms: The training pipeline, including packing.
        seed: Common seed of all views.
    """

    def __init__(self, transforms: Sequence[dict], seed: int) -> None:
        self.pipeline = Compose(list(transforms))
        self.seed = seed

    def __call__(self, results: dict, view: int) -> dict | None:
        with seeded(self.seed, results['sample_idx'], view):
            return self.pipeline(results)


@TRANSFORMS.register_module()
class StoredTokenLabels(BaseTransform):
    """A random one of the views whose token labels are stored, packed with its labels.

    Required keys: ``sample_idx`` and those of the first of ``transforms``. The packed data sample gets ``token_values``
    and ``token_indices`` (T, H, W, k), which ``TokenLabelRecognizer3D`` uses instead of its teacher.

    Args:
        store: Folder of a ``TokenLabelStore``.
        transforms: The pipeline that the labels were computed with, including packing.
    """

    def __init__(self, store: str, transforms: Sequence[dict]) -> None:
        self.store = TokenLabelStore(store)
        self.views = Views(transforms, self.store.about['seed'])

    def transform(self, results: dict) -> dict | None:
        sample, view = results['sample_idx'], np.random.randint(self.store.about['num_views'])
        packed = self.views(results, view)
        if packed is not None:
            values, classes = self.store.read(sample, view)
            packed['data_samples'].set_field(values, 'token_values')
            packed['data_samples'].set_field(classes, 'token_indices')
        return packed
