"""Models and optimizers of which each process holds a part."""

from collections.abc import Iterator
from contextlib import contextmanager

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
    """An optimizer of which each process holds the state of a part of the parameters (ZeRO, stage 1).

    Rajbhandari et al., 2020, "ZeRO: Memory Optimizations Toward Training Trillion Parameter Models", section 5.1.
    ``Runner`` gathers the parts before it writes a checkpoint, which is then that of the plain optimizer.

    Args:
        params: Parameters, or groups of them.
        optimizer_type: An optimizer of ``torch.optim``, by its name.
        kwargs: Its arguments.

    Raises:
        InputError: If there is no such optimizer, it does not take the arguments, or there is one process only.
    """

    def __init__(self, params: list, optimizer_type: str = 'AdamW', **kwargs: object) -> None:
        if not torch.distributed.is_initialized():
            raise InputError('ZeroRedundancyOptimizer is for several processes: start them with tools/dist_train.sh')
        kind = getattr(torch.optim, optimizer_type, None)
        if not isinstance(kind, type) or not issubclass(kind, Optimizer):
            raise InputError(f'optimizer_type is a class of torch.optim, such as AdamW or SGD, not {optimizer_type}')
        try:
            super().__init__(params, kind, **kwargs)
        except TypeError as error:
            raise InputError(f'{optimizer_type}, the optimizer_type, does not take these arguments: {error}') from error


@MODEL_WRAPPERS.register_module()
class FullyShardedModel(nn.Module):
    """A recognizer of which each process holds a part of every parameter, gradient and optimizer state (FSDP).

    PyTorch's ``fully_shard``: parameters of a block are gathered when it runs, and gradients are averaged as they come.
    Each entry of the backbone's module lists (its blocks) is gathered by itself, the rest with the whole. The model is
    plain until ``Runner`` has initialised it and loaded into it, so that it begins with the numbers of a plain run.

    Args:
        module: The recognizer.
    """

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    @property
    def sharded(self) -> bool:
        return isinstance(self.module, FSDPModule)

    def shard(self, optimizer: Optimizer) -> None:
        """Keep this process's part of the parameters, and of what the optimizer knows about them."""
        device = torch.device(get_device()).type
        mesh = init_device_mesh(device, (get_world_size(),))
        before = dict(self.module.named_parameters())
        for block in blocks_of(self.module.backbone):
            fully_shard(block, mesh=mesh)
        fully_shard(self.module, mesh=mesh)
        after = {before[name]: parameter for name, parameter in self.module.named_parameters()}
        for group in optimizer.param_groups:
            group['params'] = [after[parameter] for parameter in group['params']]
        for parameter, state in list(optimizer.state.items()):
            del optimizer.state[parameter]
            optimizer.state[after[parameter]] = {
                key: part_of(value, after[parameter]) if is_like(value, parameter) else value
                for key, value in state.items()
            }

    def whole_weights(self) -> dict[str, Tensor]:
        """The state dict with all parts together, on the CPU; every process has to call this."""
        for module in self.module.modules():
            if isinstance(module, FSDPModule):
                module.reshard()
        return together(self.module.state_dict())

    @contextmanager
    def no_sync(self) -> Iterator[None]:
        """Keep gradients to the process, as ``DistributedDataParallel`` does between two steps of the optimizer."""
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
        loss, figures = self.module.parse_losses(losses)
        optim_wrapper.update_params(loss)
        return figures

    def val_step(self, data: dict) -> list:
        return self.module.val_step(data)

    def test_step(self, data: dict) -> list:
        return self.module.test_step(data)


def blocks_of(module: nn.Module) -> Iterator[nn.Module]:
    """Entries of module lists, those of lists in lists included, that have parameters."""
    for child in module.children():
        if not isinstance(child, nn.ModuleList):
            continue
        for entry in child:
            if not isinstance(entry, nn.ModuleList) and next(entry.parameters(), None) is not None:
                yield entry
        yield from blocks_of(child)


def is_like(value: object, parameter: Tensor) -> bool:
    return isinstance(value, Tensor) and value.shape == parameter.shape and value.ndim > 0


def part_of(value: Tensor, parameter: DTensor) -> DTensor:
    """This process's part of a tensor that all processes have, split as a parameter is."""
    return distribute_tensor(value, parameter.device_mesh, parameter.placements, src_data_rank=None)


def together(tree: dict) -> dict:
    """A state dict with each split tensor put together, on the CPU; every process has to call this."""
    return apply_to(tree, lambda value: isinstance(value, DTensor), lambda value: value.full_tensor().cpu())
