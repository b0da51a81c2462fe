"""Features of clips, from any layer of a backbone."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import InputError, check_one_of
from ..visualization.explain.layers import evaluating, find_layer
from .pooling import POOLS, pool_output

BACKBONE = 'backbone'
FEATMAP = 'featmap'


class Tap:
    """Features of normalised clips (N, 3, T, H, W), from the backbone's output or a forward hook on one of its layers.

    Where a map is needed, a backbone that returns its class token is asked for its normalised patch tokens instead
    (``out_type``), so that the last block returns all tokens. The model is left as it was.

    Args:
        model: A recognizer.
        layer: A name such as ``backbone/blocks/8``. Default: the backbone's output.
        pool: ``cls``, ``mean`` or ``map``: see ``pool_output``.
        per_frame: Whether each time step of the map has features of its own.

    Raises:
        InputError: If there is no such layer or pooling, or it is not a layer of the backbone.
    """

    def __init__(self, model: Any, layer: str | None = None, pool: str = 'cls', per_frame: bool = False) -> None:
        check_one_of('pool', pool, POOLS)
        if per_frame and pool == 'cls':
            raise InputError('a frame has no class token of its own: set pool to mean or map')
        self.model = model
        self.layer = (layer or BACKBONE).strip('/')
        self.pool = pool
        self.per_frame = per_frame
        if self.layer.split('/')[0] != BACKBONE:
            raise InputError(f'layer {layer} is not in the backbone: expected a name such as backbone/blocks/0')
        self.wants_map = self.layer != BACKBONE or pool != 'cls'
        with self._returning_map(self.wants_map):
            self.module: nn.Module = find_layer(model, self.layer)

    @torch.no_grad()
    def __call__(self, clips: Tensor) -> Tensor:
        """Features in float32: (N, C), or for maps and frames as ``pool_output`` says.

        Raises:
            InputError: If the layer is not run exactly once, or its output does not fit the pooling.
        """
        outputs = self._run(clips)
        if not outputs and self.wants_map and self.layer != BACKBONE:  # it comes after the map, as in ViViT's Model 2
            self.wants_map = False
            outputs = self._run(clips)
        if len(outputs) != 1 or not isinstance(outputs[0], Tensor):
            raise InputError(
                f'layer {self.layer} does not return a single tensor in a forward pass of the backbone: choose a block'
            )
        return pool_output(
            self.model.backbone, outputs[0].float(), clips, self.layer, self.pool, self.per_frame
        )  # fmt: skip

    def _run(self, clips: Tensor) -> list[Any]:
        """What the layer returns, each time that it is called."""
        outputs: list[Any] = []
        hook = self.module.register_forward_hook(lambda module, inputs, output: outputs.append(output))
        try:
            with evaluating(self.model), self._returning_map(self.wants_map):
                self.model.backbone(clips)
        finally:
            hook.remove()
        return outputs

    @contextmanager
    def _returning_map(self, wanted: bool) -> Iterator[None]:
        """Make the backbone return its map for a while, if it can."""
        backbone = self.model.backbone
        configured = getattr(backbone, 'out_type', None)
        if not wanted or configured is None:
            yield
            return
        backbone.out_type = FEATMAP
        try:
            yield
        finally:
            backbone.out_type = configured
