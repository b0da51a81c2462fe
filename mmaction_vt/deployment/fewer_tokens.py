"""Fewer tokens in inference, for backbones with joint attention: faster, and less exact."""

import copy
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import InputError
from ..models.layers import Block
from ..models.layers.attention import Attention
from ..models.layers.run_length import changes_of, run_lengths
from ..models.layers.token_merging import Sized, run_block


class FewerTokens(nn.Module):
    """A backbone with joint attention that drops static tubelets or merges similar tokens.

    Shapes are the backbone's. Clips are processed one by one, since they keep different numbers of tokens.

    Args:
        backbone: ``ViViT`` (Model 1), ``VideoMAE``, ``Motionformer`` or ``TimeSformer`` with joint attention, whose
            output is a vector; it is copied.
        static: Patches whose normalised pixels change by at most this on average from one tubelet to the next are one
            token, which counts as many times as it lasts (Choudhury et al., 2024, without their fine-tuning); 0 joins
            exact repeats only. None: nothing is dropped.
        merge: Pairs of tokens that each block merges (Bolya et al., 2023).

    Attributes:
        num_tokens: Tokens that the last clip had before the first block and after the last.

    Raises:
        InputError: If the backbone has another attention, or an option is negative.
    """

    def __init__(self, backbone: Any, static: float | None = None, merge: int = 0) -> None:
        super().__init__()
        if (static is not None and not static >= 0) or merge < 0:
            raise InputError(f'static and merge must not be negative: {static} and {merge}')
        blocks = list(getattr(backbone, 'blocks', ()))
        plain = bool(blocks) and all(type(block) is Block and type(block.attn) is Attention for block in blocks)
        if not plain or getattr(backbone, 'attention_type', 'joint') not in ('joint', 'joint_space_time'):
            raise InputError(
                f'tokens can be dropped and merged where all attend to all (ViViT Model 1, VideoMAE, Motionformer and '
                f'TimeSformer with joint attention), not in {type(backbone).__name__}'
            )
        if getattr(backbone, 'out_type', '') == 'featmap' or not getattr(backbone, 'norm_after_mean', True):
            raise InputError(f'{type(backbone).__name__} must return a class token or a mean, not each token')
        self.backbone = copy.deepcopy(backbone)
        self.backbone.run_blocks = self._run_blocks
        self.static, self.merge = static, merge
        self.has_cls_token = hasattr(backbone, 'cls_token')
        self.num_tokens = (0, 0)
        self._sizes: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        """Run the backbone.

        Raises:
            InputError: In training mode.
        """
        if self.training:
            raise InputError('fewer tokens are for inference: train the backbone itself')
        return torch.cat([self._forward_clip(clip[None]) for clip in x])

    def _forward_clip(self, clip: Tensor) -> Tensor:
        self._sizes = None
        if self.static is not None:
            changes = changes_of(clip, self.backbone.tubelet_size, self.backbone.patch_size)
            self._sizes = run_lengths(changes, self.static).flatten(1)
        out: Tensor = self.backbone(clip)
        return out

    def _run_blocks(self, blocks: nn.ModuleList, x: Tensor, *args: object, cls_only: bool = False) -> Tensor:
        """In place of ``run_blocks`` of the backbone: (1, L, C) to fewer tokens, whose mean is that of all patches."""
        fixed = int(self.has_cls_token)
        sizes = x.new_ones(x.shape[:2])
        if self._sizes is not None:
            sizes[:, fixed:] = self._sizes
        kept = Sized(x[:, sizes[0] > 0], sizes[:, sizes[0] > 0])
        first = kept.tokens.shape[1]
        for block in blocks:
            kept = run_block(block, kept, self.merge, fixed)  # type: ignore[arg-type]
        self.num_tokens = (first, kept.tokens.shape[1])
        if self.has_cls_token:
            return kept.tokens[:, :1] if cls_only else kept.tokens
        return kept.tokens * (kept.sizes / kept.sizes.mean(1, keepdim=True))[..., None]


def reduce_tokens(model: Any, static: float | None = None, merge: int = 0) -> Any:
    """A copy of a recognizer, for inference, whose backbone computes fewer tokens.

    Args:
        model: A recognizer with a backbone that ``FewerTokens`` takes.
        static: As for ``FewerTokens``.
        merge: As for ``FewerTokens``.

    Raises:
        InputError: As ``FewerTokens``.

    Example:
        >>> faster = reduce_tokens(model, merge=64)  # doctest: +SKIP
    """
    reduced = FewerTokens(model.backbone, static, merge)
    faster = copy.copy(model)
    faster._modules = {**model._modules, 'backbone': reduced.eval()}
    return faster
