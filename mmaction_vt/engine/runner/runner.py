"""mmengine's runner, with support for sharded models and optimizers, and with a short log on the terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mmengine.dist import is_main_process
from mmengine.hooks import EMAHook, Hook
from mmengine.logging import MMLogger
from mmengine.optim import AmpOptimWrapper, OptimWrapper
from mmengine.runner import Runner as _Runner

from ...errors import InputError
from ...registry import RUNNERS
from .sharding import FullyShardedModel, ZeroRedundancyOptimizer, gather_shards
from .terminal import show_less


@RUNNERS.register_module()
class Runner(_Runner):
    """mmengine's runner, which also shards a ``FullyShardedModel`` and writes its full state to checkpoints.

    A checkpoint equals that of an unsharded run, so a run can be resumed unsharded or with more or fewer processes. The
    terminal shows what concerns a user; the log file has everything.

    Raises:
        InputError: (while training) If a ``FullyShardedModel`` is trained in float16, or averaged by ``EMAHook``.
    """

    def build_logger(self, *args: Any, **kwargs: Any) -> MMLogger:
        logger = super().build_logger(*args, **kwargs)
        show_less(logger)
        return logger

    def load_or_resume(self) -> None:
        super().load_or_resume()
        if not isinstance(self.model, FullyShardedModel) or self.model.sharded:
            return
        check_shardable(self.optim_wrapper, self.hooks)
        self.model.shard(self.optim_wrapper.optimizer)
        self.logger.info('Parameters, gradients and optimizer state are sharded over all processes.')

    def save_checkpoint(self, *args: object, **kwargs: object) -> None:
        optimizer = self.optim_wrapper.optimizer
        if isinstance(optimizer, ZeroRedundancyOptimizer):
            optimizer.consolidate_state_dict()
        if not isinstance(self.model, FullyShardedModel):
            super().save_checkpoint(*args, **kwargs)
            return
        weights, state = self.model.full_state_dict(), gather_shards(self.optim_wrapper.state_dict())
        if is_main_process():
            with _state_dict_replaced(self.model.module, weights), _state_dict_replaced(self.optim_wrapper, state):
                super().save_checkpoint(*args, **kwargs)


def check_shardable(optim_wrapper: OptimWrapper, hooks: list[Hook]) -> None:
    """Check that an optimizer wrapper and hooks work with a ``FullyShardedModel``.

    Raises:
        InputError: For float16 and for averaged weights.
    """
    if isinstance(optim_wrapper, AmpOptimWrapper):
        raise InputError('FullyShardedModel trains in float32 or bfloat16 (--amp bf16), not in float16')
    if any(isinstance(hook, EMAHook) for hook in hooks):
        raise InputError('EMAHook cannot average a FullyShardedModel: use ZeRO (_base_/distributed/zero.py)')


@contextmanager
def _state_dict_replaced(owner: Any, state: dict) -> Iterator[None]:
    """Make ``state_dict`` of an object return a state that was gathered before."""

    def state_dict(*args: object, **kwargs: object) -> dict:
        return state

    owner.state_dict = state_dict
    try:
        yield
    finally:
        del owner.state_dict
