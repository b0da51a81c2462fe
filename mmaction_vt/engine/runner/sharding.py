"""Models and optimizers that are sharded over processes (FSDP, ZeRO)."""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from mmengine.device import get_device
from mmengine.dist import get_world_size, is_main_process
from mmengine.model import BaseAveragedModel
from mmengine.optim import OptimWrapper
from mmengine.utils import apply_to
from torch import Tensor, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import FSDPModule, MixedPrecisionPolicy, fully_shard
from torch.distributed.optim import ZeroRedundancyOptimizer as _ZeroRedundancyOptimizer
from torch.distributed.tensor import DTensor, distribute_tensor
from torch.nn.modules.batchnorm import _BatchNorm
from torch.optim import Optimizer

from ...errors import InputError
from ...registry import MODEL_WRAPPERS, OPTIMIZERS
from ...utils.precision import with_float_scores


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
    an unsharded run. With gradient accumulation, gradients are reduced in the last pass before the optimizer's step
    only; until then each process holds them in full.

    Args:
        module: The recognizer.
    """

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module: Any = module
        self.dtype: torch.dtype | None = None

    @property
    def sharded(self) -> bool:
        return isinstance(self.module, FSDPModule)

    def shard(self, optimizer: Optimizer, dtype: torch.dtype | None = None) -> None:
        """Shard the parameters, and the optimizer's state of them.

        Args:
            optimizer: The optimizer of these parameters.
            dtype: The type in which the parameters of blocks are gathered, and in which autocast computes. The shards,
                and the reduction of gradients, keep float32. Default: no mixed precision.
        """
        self.dtype = dtype
        device = torch.device(get_device()).type
        mesh = init_device_mesh(device, (get_world_size(),))
        before: dict[str, Any] = dict(self.module.named_parameters())
        # Autocast casts inputs, so that the sum of residual branches keeps float32. On a CPU it would leave norms with
        # inputs and weights of different types, which they refuse.
        reduction = torch.float32 if dtype else None
        policy = MixedPrecisionPolicy(dtype, reduction, cast_forward_inputs=device == 'cpu')
        for norm in self.module.backbone.modules():
            if isinstance(norm, _BatchNorm):  # its statistics are float32, and so must its weights be
                fully_shard(norm, mesh=mesh)
        for block in blocks_of(self.module.backbone):
            fully_shard(block, mesh=mesh, mp_policy=policy)
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

    def shard_average(self, average: BaseAveragedModel) -> None:
        """Shard averaged parameters as the parameters are."""
        for name, parameter in self.module.named_parameters():
            owner, _, leaf = name.rpartition('.')
            module = average.module.get_submodule(owner)
            value = shard_like(getattr(module, leaf).data, parameter)
            setattr(module, leaf, nn.Parameter(value, requires_grad=False))
        parts = average.module.state_dict() if average.update_buffers else dict(average.module.named_parameters())
        average.avg_parameters = parts

    def reshard(self) -> None:
        """Free the parameters that were gathered, so that ``parameters()`` are the shards."""
        for module in self.module.modules():
            if isinstance(module, FSDPModule):
                module.reshard()

    def full_state_dict(self) -> dict[str, Tensor | None]:
        """The full state dict: see ``gather_shards``. Collective: every process must call it."""
        self.reshard()
        return gather_shards(self.module.state_dict())

    def forward(self, *args: object, **kwargs: object) -> object:
        return self.module(*args, **kwargs)

    def train_step(self, data: dict, optim_wrapper: OptimWrapper) -> dict[str, Tensor]:
        self.module.set_requires_gradient_sync(optim_wrapper.should_sync())
        with optim_wrapper.optim_context(self):
            losses = self.module(**self.module.data_preprocessor(data, True), mode='loss')
        loss, log_vars = self.module.parse_losses(losses)
        optim_wrapper.update_params(loss)
        return log_vars

    def val_step(self, data: dict) -> list:
        return self._predict(self.module.val_step, data)

    def test_step(self, data: dict) -> list:
        return self._predict(self.module.test_step, data)

    def _predict(self, step: Callable[[dict], list], data: dict) -> list:
        if not self.sharded:
            return step(data)
        with torch.autocast(get_device(), self.dtype, enabled=self.dtype is not None):
            samples = step(data)
        self.reshard()  # an average of the weights may be exchanged with the shards next
        return with_float_scores(samples)


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
    """A state dict with each sharded tensor in full, in the first process's main memory; in others they are None.

    One tensor after the other is gathered. Collective: every process must call it.
    """
    first = is_main_process()

    def gather(shard: DTensor) -> Tensor | None:
        full = shard.full_tensor()
        return full.cpu() if first else None

    return apply_to(tree, lambda value: isinstance(value, DTensor), gather)
