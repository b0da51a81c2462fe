"""What all backbones know of their depth, and training of their last blocks only."""

from mmengine.model import BaseModule

from ...errors import InputError
from .known_calls import check_arguments


class VideoTransformer(BaseModule):
    """A backbone whose parameters lie at depths: embeddings at 0, then block after block, and the last norm behind all.

    A subclass has ``blocks``, one after the other or in stages, and calls ``freeze_all_but`` when it is built.
    """

    def __new__(cls, *args: object, **kwargs: object) -> 'VideoTransformer':
        """Answer a call with arguments that this class does not have, before anything is made."""
        check_arguments(cls, kwargs)
        return super().__new__(cls)

    def freeze_all_but(self, trainable_blocks: int | None) -> None:
        """Train the last blocks and what lies behind them, and nothing else.

        What is frozen stays in evaluation mode, so that dropout and stochastic depth leave it alone, and BatchNorm
        keeps what it knows.

        Args:
            trainable_blocks: How many; 0 trains nothing of the backbone, None everything.

        Raises:
            InputError: If there are not as many blocks.
        """
        self.trainable_blocks = trainable_blocks
        if trainable_blocks is None:
            return
        if not 0 <= trainable_blocks <= self.num_depths - 2:
            raise InputError(
                f'trainable_blocks of {type(self).__name__} is None, for all, or from 0 to the number of blocks, '
                f'{self.num_depths - 2}; not {trainable_blocks}'
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

    def recomputes(self, index: int) -> bool:
        """Whether block ``index`` is computed again in the backward pass."""
        return self.training and bool(self.with_cp) and index % int(self.with_cp) == 0

    def _is_frozen(self, name: str) -> bool:
        return self.trainable_blocks == 0 or self.depth_of(name) < self.num_depths - 1 - self.trainable_blocks

    @property
    def _stages(self) -> list[int]:
        """Blocks of each stage; of a backbone without stages its transformers'."""
        return [len(self.blocks), len(getattr(self, 'temporal_blocks', ()))]

    @property
    def num_depths(self) -> int:
        """Blocks, and two: what lies before and behind them."""
        return sum(self._stages) + 2

    def depth_of(self, name: str) -> int:
        """The depth of a parameter, from 0 to ``num_depths`` - 1.

        Args:
            name: As ``named_parameters`` has it.
        """
        stages = self._stages
        part, *rest = name.split('.')
        if part == 'blocks':
            return 1 + int(rest[0])
        if part == 'temporal_blocks':
            return 1 + stages[0] + int(rest[0])
        if part == 'spatial_norm':
            return stages[0]
        if part in ('temporal_cls_token', 'temporal_embed'):
            return stages[0] + 1
        return self.num_depths - 1 if part == 'norm' else 0
