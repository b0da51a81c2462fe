"""mmengine's runner, with support for sharded models and optimizers, and with a short log on the terminal."""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, ClassVar

import torch
from mmengine.device import is_cuda_available
from mmengine.dist import is_main_process
from mmengine.hooks import EMAHook
from mmengine.logging import MMLogger
from mmengine.model import BaseDataPreprocessor
from mmengine.optim import AmpOptimWrapper, OptimWrapper
from mmengine.runner import Runner as _Runner
from torch import nn
from torch.utils.data import DataLoader

from ...errors import InputError
from ...registry import RUNNERS
from ..optimizers import MixedPrecisionOptimWrapper
from .compiling import compile_backbone, compile_options
from .sharding import FullyShardedModel, ZeroRedundancyOptimizer, gather_shards
from .terminal import show_less

CUBLAS = 'CUBLAS_WORKSPACE_CONFIG'


@RUNNERS.register_module()
class Runner(_Runner):
    """mmengine's runner, with these differences.

    - A ``FullyShardedModel`` is sharded, and its full state written to checkpoints, which equal those of an unsharded
      run: it can be resumed unsharded, or with more or fewer processes.
    - ``compile`` in the config compiles the backbone in place, in training and in testing, not the training step.
    - On a GPU, data loaders pin memory unless the config says otherwise, and batches are copied asynchronously.
    - Deterministic algorithms include those of cuBLAS.
    - The terminal shows what concerns a user; the log file has everything.
    - Each run of a process has its own second, which names it and its folder of logs.

    Raises:
        InputError: (while training) If a ``FullyShardedModel`` is trained in float16.
    """

    _latest_second: ClassVar[int] = 0

    def setup_env(self, env_cfg: dict) -> None:
        while int(time.time()) == Runner._latest_second:
            time.sleep(0.02)
        super().setup_env(env_cfg)
        Runner._latest_second = int(time.time())

    def build_logger(self, *args: Any, **kwargs: Any) -> MMLogger:
        logger = super().build_logger(*args, **kwargs)
        show_less(logger)
        return logger

    def set_randomness(self, seed: int | None, diff_rank_seed: bool = False, deterministic: bool = False) -> None:
        if deterministic:
            os.environ.setdefault(CUBLAS, ':4096:8')  # read when CUDA starts
        super().set_randomness(seed, diff_rank_seed, deterministic)

    @staticmethod
    def build_dataloader(dataloader: DataLoader | dict, *args: Any, **kwargs: Any) -> DataLoader:
        if isinstance(dataloader, dict) and is_cuda_available():
            dataloader = {'pin_memory': True, **dataloader}
        return _Runner.build_dataloader(dataloader, *args, **kwargs)

    def wrap_model(self, model_wrapper_cfg: dict | None, model: nn.Module) -> nn.Module:
        preprocessor = getattr(model, 'data_preprocessor', None)
        if isinstance(preprocessor, BaseDataPreprocessor) and is_cuda_available():
            preprocessor._non_blocking = True
        return super().wrap_model(model_wrapper_cfg, model)

    def load_or_resume(self) -> None:
        super().load_or_resume()
        trains = isinstance(self.optim_wrapper, OptimWrapper)
        if not trains or not isinstance(self.model, FullyShardedModel) or self.model.sharded:
            return
        check_shardable(self.optim_wrapper)
        bf16 = torch.bfloat16 if isinstance(self.optim_wrapper, MixedPrecisionOptimWrapper) else None
        self.model.shard(self.optim_wrapper.optimizer, bf16)
        for hook in self._averages():
            self.model.shard_average(hook.ema_model)
        self.logger.info('Parameters, gradients and optimizer state are sharded over all processes.')

    def _averages(self) -> list[EMAHook]:
        return [hook for hook in self.hooks if isinstance(hook, EMAHook)]

    def _maybe_compile(self, target: str) -> None:
        options = compile_options(self.cfg.get('compile'))
        if options is None:
            return
        checkpointing = bool(self.cfg.get('activation_checkpointing')) or any(
            getattr(module, 'with_cp', False) for module in self.model.modules()
        )
        if compile_backbone(self.model, options, checkpointing):
            self.logger.info('The backbone is compiled: the first steps take longer.')
        else:
            super()._maybe_compile(target)

    def test(self) -> dict:
        if compile_options(self.cfg.get('compile')) is not None:
            self._maybe_compile('test_step')
        return super().test()

    def save_checkpoint(self, *args: object, **kwargs: object) -> None:
        optimizer = self.optim_wrapper.optimizer
        if isinstance(optimizer, ZeroRedundancyOptimizer):
            optimizer.consolidate_state_dict()
        if not isinstance(self.model, FullyShardedModel):
            super().save_checkpoint(*args, **kwargs)
            return
        weights, state = self.model.full_state_dict(), gather_shards(self.optim_wrapper.state_dict())
        averages = [hook.ema_model for hook in self._averages()]
        replaced = [(self.model.module, weights), (self.optim_wrapper, state)]
        replaced += [(average, gather_shards(average.state_dict())) for average in averages]
        if is_main_process():
            with ExitStack() as stack:
                for owner, content in replaced:
                    stack.enter_context(_state_dict_replaced(owner, content))
                super().save_checkpoint(*args, **kwargs)


def check_shardable(optim_wrapper: OptimWrapper) -> None:
    """Check that an optimizer wrapper works with a ``FullyShardedModel``.

    Raises:
        InputError: For float16.
    """
    if isinstance(optim_wrapper, AmpOptimWrapper):
        raise InputError('FullyShardedModel trains in float32 or bfloat16 (--amp bf16), not in float16')


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
