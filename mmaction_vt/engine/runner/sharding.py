"""Models and optimizers that are sharded over processes (FSDP, ZeRO)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from mmengine.device import get_device
from mmengine.dist import get_world_size
from mmengine.optim import OptimWrapper
from mmengine.utils import apply_to
from torch import Tensor, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import FSDPModule, fully_shard
from torch.distributed.optim import ZeroRedundancyOptimizer as _ZeroRedundancyOptimizer
from torch.distributed.tensor import DTensor, distribute_tensor
from torch.optim import Optimizer

from ...errors import InputError
from ...registry import MODEL_WRAPPERS, OPTIMIZERS


@OPTIMIZERS.register_module()
class ZeroRedundancyOptimizer(_ZeroRedundancyOptimizer):
    """An optimizer whose state is sharded over processes (ZeRO, stage 1).

    Rajbhandari et al., 2020, "ZeRO: Memory Optimizations Toward Training Trillion Parameter Models", section 5.1.
    ``Runner`` gathers the shards before it writes a checkpoint, which then equals that of the unsharded optimizer.

    Args:
        params: Parameters, or parameter groups.
        optimizer_type: Name of an optimizer of ``torch.optim``.
        kwargs: Its arguments.

    Raises:
        InputError: If there is no such optimizer, it does not accept the arguments, or there is only one process.
    """

    def __init__(self, params: list, optimizer_type: str = 'AdamW', **kwargs: Any) -> None:
        if not torch.distributed.is_initialized():
            raise InputError('ZeroRedundancyOptimizer needs distributed training: start it with tools/dist_train.sh')
        kind = getattr(torch.optim, optimizer_type, None)
        if not isinstance(kind, type) or not issubclass(kind, Optimizer):
            raise InputError(
                f'unknown optimizer_type {optimizer_type!r}; choose a class of torch.optim, such as AdamW or SGD'
            )
        try:
            super().__init__(params, kind, **kwargs)
        except TypeError as error:
            raise InputError(f'optimizer_type {optimizer_type} does not accept these arguments: {error}') from error


@MODEL_WRAPPERS.register_module()
class FullyShardedModel(nn.Module):
    """A recognizer whose parameters, gradients and optimizer state are sharded over processes (FSDP).

    ``fully_shard`` of PyTorch gathers the parameters of a block when it runs, and reduces gradients as they appear.
    Each entry of the backbone's module lists (its blocks) is a unit of its own; the rest of the model is another. The
    model is sharded after ``Runner`` has initialised it and loaded weights, so that it starts with the same numbers as
    an unsharded run.

    Args:
        module: The recognizer.
    """

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module: Any = module

    @property
    def sharded(self) -> bool:
        return isinstance(self.module, FSDPModule)

    def shard(self, optimizer: Optimizer) -> None:
        """Shard the parameters, and the optimizer's state of them."""
        device = torch.device(get_device()).type
        mesh = init_device_mesh(device, (get_world_size(),))
        before: dict[str, Any] = dict(self.module.named_parameters())
        for block in blocks_of(self.module.backbone):
            fully_shard(block, mesh=mesh)
        fully_shard(self.module, mesh=mesh)
        after: dict[Any, Any] = {before[name]: parameter for name, parameter in self.module.named_parameters()}
        for group in optimizer.param_groups:
            group['params'] = [after[parameter] for parameter in group['params']]
        for parameter, state in list(optimizer.state.items()):
            del optimizer.state[parameter]
            optimizer.state[after[parameter]] = {
                key: shard_like(value, after[parameter]) if is_like(value, parameter) else value
                for key, value in state.items()
            }

    def full_state_dict(self) -> dict[str, Tensor]:
        """The full state dict, on the CPU. Collective: every process must call it."""
        for module in self.module.modules():
            if isinstance(module, FSDPModule):
                module.reshard()
        return gather_shards(self.module.state_dict())

    @contextmanager
    def no_sync(self) -> Iterator[None]:
        """Do not reduce gradients, as in ``DistributedDataParallel`` between two steps of the optimizer."""
        self.module.set_requires_gradient_sync(False)
        try:
            yield
        finally:
            self.module.set_requires_gradient_sync(True)

    def forward(self, *args: object, **kwargs: object) -> object:
        return self.module(*args, **kwargs)

    def train_step(self, data: dict, optim_wrapper: OptimWrapper) -> dict[str, Tensor]:
        with optim_wrapper.optim_context(self):
            losses = self.module(**self.module.data_preprocessor(data, True), mode='loss')
        loss, log_vars = self.module.parse_losses(losses)
        optim_wrapper.update_params(loss)
        return log_vars

    def val_step(self, data: dict) -> list:
        return self.module.val_step(data)

    def test_step(self, data: dict) -> list:
        return self.module.test_step(data)


def blocks_of(module: nn.Module) -> Iterator[nn.Module]:
    """Entries of module lists, also nested ones, that have parameters."""
    for child in module.children():
        if not isinstance(child, nn.ModuleList):
            continue
        for entry in child:
            if not isinstance(entry, nn.ModuleList) and next(entry.parameters(), None) is not None:
                yield entry
        yield from blocks_of(child)


def is_like(value: object, parameter: Tensor) -> bool:
    return isinstance(value, Tensor) and value.shape == parameter.shape and value.ndim > 0


def shard_like(value: Tensor, parameter: DTensor) -> DTensor:
    """This process's shard of a tensor that all processes have, sharded as a parameter is."""
    return distribute_tensor(value, parameter.device_mesh, parameter.placements, src_data_rank=None)


def gather_shards(tree: dict) -> dict:
    """A state dict with each sharded tensor in full, on the CPU. Collective: every process must call it."""
    return apply_to(tree, lambda value: isinstance(value, DTensor), lambda value: value.full_tensor().cpu())
