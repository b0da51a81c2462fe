"""What all backbones share: the depth of a parameter, frozen blocks and activation checkpointing."""

from collections.abc import Mapping
from inspect import signature
from typing import Any

from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from ...errors import InputError
from ...utils.call_checks import CALL_CHECKS
from ..layers import grid_of, random_tubes

LAST_NORMS = ('norm', 'fc_norm')  # after the blocks, of tokens or of their mean


class VideoTransformer(BaseModule):
    """A backbone whose parameters have depths: 0 for embeddings, then one for each block, and the last for the norm.

    A subclass has ``blocks``, in a list or in stages, and calls ``freeze_all_but`` at the end of ``__init__``. Its
    forward pass has two steps, so that overlapping windows of a video share the first: ``embed_tubelets`` computes what
    depends on one tubelet alone, and ``forward_tubelets`` the rest.

    Attributes:
        tubelet_size: Frames of a tubelet; 1 for a backbone whose patches have one frame.
        tubelet_step: What ``embed_tubelets`` computes, for messages.
        keeps_tubes: Whether the forward pass can leave out patches, and takes ``keep``.
        tokens_kept: Share of the patches that are kept in training.
    """

    blocks: nn.ModuleList
    tubelet_size: int = 1
    tubelet_step = 'the patch embedding'
    embed_drop: nn.Dropout
    with_cp: bool | int
    keeps_tubes: bool = False
    tokens_kept: float = 1.0
    patch_size: Any

    def __new__(cls, *args: Any, **kwargs: Any) -> 'VideoTransformer':
        """Refuse a call with arguments that this class does not have, before anything is built."""
        for check in CALL_CHECKS:
            check(cls, kwargs)
        arguments = signature(cls.__init__).bind_partial(None, *args, **kwargs).arguments
        return super().__new__(cls.class_for(arguments))

    @classmethod
    def class_for(cls, arguments: Mapping[str, Any]) -> type['VideoTransformer']:
        """The class that a call with these arguments builds: this one, or one of its subclasses."""
        return cls

    def freeze_all_but(self, trainable_blocks: int | None) -> None:
        """Freeze everything but the last blocks and what follows them.

        Frozen modules stay in evaluation mode: no dropout, no stochastic depth, and BatchNorm keeps its statistics.

        Args:
            trainable_blocks: Number of blocks that are trained; 0 to freeze the backbone, None to train all of it.

        Raises:
            InputError: If there are fewer blocks.
        """
        self.trainable_blocks = trainable_blocks
        if trainable_blocks is None:
            return
        if not 0 <= trainable_blocks <= self.num_depths - 2:
            raise InputError(
                f'trainable_blocks of {type(self).__name__} must be None, for all, or from 0 to the number of blocks, '
                f'{self.num_depths - 2}; got {trainable_blocks}'
            )
        for name, parameter in self.named_parameters():
            if self._is_frozen(name):
                parameter.requires_grad_(False)

    def train(self, mode: bool = True) -> 'VideoTransformer':
        super().train(mode)
        if mode and getattr(self, 'trainable_blocks', None) is not None:
            for name, module in self.named_modules():
                own = [f'{name}.{key}'.lstrip('.') for key, _ in module.named_parameters()]
                if own and all(self._is_frozen(key) for key in own):
                    module.eval()
            self.embed_drop.eval()
        return self

    def drop_tubes(self, tokens_kept: float) -> None:
        """Set the share of the patches that are kept in training.

        Raises:
            InputError: If it is not above 0 and at most 1.
        """
        if not 0 < tokens_kept <= 1:
            raise InputError(f'tokens_kept of {type(self).__name__} must be above 0 and at most 1, got {tokens_kept}')
        self.tokens_kept = tokens_kept

    def forward(self, x: Tensor, keep: Tensor | None = None) -> Tensor:
        """The backbone's output.

        Args:
            x: Clips (N, 3, T, H, W).
            keep: Patches of each sample that are kept (N, K), the same in every frame, as numbers in ascending order,
                row by row from the upper left. What is left runs as clips of K patches a frame, each with its own
                position: a feature map is (N, C, T', 1, K). Default: all patches, or in training a random choice of as
                many as ``tokens_kept`` says.

        Raises:
            InputError: If patches are left out that the backbone needs.
        """
        if keep is None and self.training and self.tokens_kept < 1:
            height, width = grid_of(x.shape[3:], self.patch_size)
            num_kept = max(1, round(self.tokens_kept * height * width))
            keep = random_tubes(len(x), height * width, num_kept, x.device)
        if keep is None:
            return self.forward_tubelets(self.embed_tubelets(x))
        if not self.keeps_tubes:
            raise InputError(f'{type(self).__name__} cannot leave out patches: its layers need complete frames')
        return self.forward_tubelets(self.embed_tubelets(x, keep), keep)

    def embed_tubelets(self, x: Tensor, keep: Tensor | None = None) -> Tensor:
        """What depends on one tubelet alone: (N, F, ...) for the F tubelets of clips (N, 3, T, H, W).

        Patches are left out here, as ``keep`` of the forward pass says, only if the blocks run here.
        """
        raise NotImplementedError

    def forward_tubelets(self, x: Tensor, keep: Tensor | None = None) -> Tensor:
        """The backbone's output, from what ``embed_tubelets`` returns."""
        raise NotImplementedError

    def run_blocks(self, blocks: nn.ModuleList, x: Tensor, *args: int | Tensor, cls_only: bool = False) -> Tensor:
        """Run blocks one after the other, with activation checkpointing where ``with_cp`` says so.

        Args:
            blocks: The blocks.
            x: Tokens for the first of them.
            *args: Their other arguments, such as the number of frames.
            cls_only: Whether the last block returns only the class token.
        """
        for index, block in enumerate(blocks):
            options: dict[str, Any] = dict(cls_only=True) if cls_only and index == len(blocks) - 1 else {}
            if self.recomputes(index):
                x = checkpoint(block, x, *args, use_reentrant=False, **options)
            else:
                x = block(x, *args, **options)
        return x

    def recomputes(self, index: int) -> bool:
        """Whether block ``index`` uses activation checkpointing."""
        return self.training and bool(self.with_cp) and index % int(self.with_cp) == 0

    def _is_frozen(self, name: str) -> bool:
        trained = self.trainable_blocks
        return trained is not None and (trained == 0 or self.get_layer_depth(name) < self.num_depths - 1 - trained)

    @property
    def stage_depths(self) -> list[int]:
        """Number of blocks in each stage."""
        return [len(self.blocks)]

    @property
    def num_depths(self) -> int:
        """Number of blocks plus two: one depth before and one after them."""
        return sum(self.stage_depths) + 2

    def get_layer_depth(self, name: str) -> int:
        """The depth of a parameter, from 0 to ``num_depths`` - 1.

        Args:
            name: Its name in ``named_parameters``.
        """
        part, *rest = name.split('.')
        if part == 'blocks':
            return 1 + int(rest[0])
        return self.num_depths - 1 if part in LAST_NORMS else 0
