"""mmengine's runner for models and optimizers of which each process holds a part."""

from collections.abc import Iterator
from contextlib import contextmanager

from mmengine.dist import is_main_process
from mmengine.hooks import EMAHook, Hook
from mmengine.optim import AmpOptimWrapper, OptimWrapper
from mmengine.runner import Runner as _Runner

from ...errors import InputError
from ...registry import RUNNERS
from .sharding import FullyShardedModel, ZeroRedundancyOptimizer, together


@RUNNERS.register_module()
class Runner(_Runner):
    """mmengine's runner, which also splits a ``FullyShardedModel`` and writes whole checkpoints of split ones.

    A checkpoint is what a plain run would write, so a run can go on with another number of processes, or plainly.

    Raises:
        InputError: (while training) If a ``FullyShardedModel`` is to be trained in float16, or averaged by ``EMAHook``.
    """

    def load_or_resume(self) -> None:
        super().load_or_resume()
        if not isinstance(self.model, FullyShardedModel) or self.model.sharded:
            return
        check_shardable(self.optim_wrapper, self.hooks)
        self.model.shard(self.optim_wrapper.optimizer)
        self.logger.info('Each process holds a part of the model, its gradients and the state of the optimizer.')

    def save_checkpoint(self, *args: object, **kwargs: object) -> None:
        optimizer = self.optim_wrapper.optimizer
        if isinstance(optimizer, ZeroRedundancyOptimizer):
            optimizer.consolidate_state_dict()
        if not isinstance(self.model, FullyShardedModel):
            super().save_checkpoint(*args, **kwargs)
            return
        weights, state = self.model.whole_weights(), together(self.optim_wrapper.state_dict())
        if is_main_process():
            with answers(self.model.module, weights), answers(self.optim_wrapper, state):
                super().save_checkpoint(*args, **kwargs)


def check_shardable(optim_wrapper: OptimWrapper, hooks: list[Hook]) -> None:
    """Refuse what does not work with a ``FullyShardedModel``.

    Raises:
        InputError: For float16 and for averaged weights.
    """
    if isinstance(optim_wrapper, AmpOptimWrapper):
        raise InputError('FullyShardedModel trains in float32 or bfloat16 (--amp bf16), not in float16')
    if any(isinstance(hook, EMAHook) for hook in hooks):
        raise InputError('EMAHook cannot average a FullyShardedModel: use ZeRO (_base_/distributed/zero.py)')


@contextmanager
def answers(owner: object, state: dict) -> Iterator[None]:
    """Let ``state_dict`` of an object give what was put together before."""

    def state_dict(*args: object, **kwargs: object) -> dict:
        return state

    owner.state_dict = state_dict
    try:
        yield
    finally:
        del owner.state_dict
