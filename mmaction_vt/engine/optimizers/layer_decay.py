"""Layer-wise learning rate decay."""

from typing import Any

from mmengine.logging import print_log
from mmengine.optim import DefaultOptimWrapperConstructor
from torch import nn

from ...errors import InputError
from ...registry import OPTIM_WRAPPER_CONSTRUCTORS


@OPTIM_WRAPPER_CONSTRUCTORS.register_module()
class LayerDecayOptimWrapperConstructor(DefaultOptimWrapperConstructor):
    """Layer-wise learning rate decay (Clark et al., 2020, "ELECTRA"), for the backbones of this package.

    The head and the last norm have the full learning rate, the last block ``decay_rate`` times that, and so on down to
    the embeddings. mmaction2's constructor of this kind supports only MViT and VisionTransformer.

    Args:
        optim_wrapper_cfg: ``optim_wrapper`` of the config, passed by the runner.
        paramwise_cfg: ``optim_wrapper.paramwise_cfg``, with the following keys.

    Args (in ``paramwise_cfg``):
        decay_rate: Factor between the learning rates of two consecutive blocks.
        no_decay_1d: Whether norms, biases and other vectors have no weight decay. Default: True.

    Raises:
        InputError: If the factor is missing or not in (0, 1], or the backbone has no ``get_layer_depth``.
    """

    def add_params(self, params: list[dict], module: nn.Module, **kwargs: object) -> None:
        rate = self.paramwise_cfg.get('decay_rate')
        if rate is None or not 0 < rate <= 1:
            raise InputError(f'paramwise_cfg.decay_rate of layer decay must be in (0, 1], not {rate}')
        backbone: Any = getattr(module, 'backbone', None)
        if not hasattr(backbone, 'get_layer_depth'):
            raise InputError(f'layer decay supports the backbones of mmaction_vt, not {type(backbone).__name__}')
        groups: dict[tuple[int, bool], dict[str, Any]] = {}
        for name, parameter in module.named_parameters():
            if not parameter.requires_grad:
                continue
            layers_above = 0
            if name.startswith('backbone.'):
                layers_above = backbone.num_depths - 1 - backbone.get_layer_depth(name.removeprefix('backbone.'))
            decays = parameter.ndim > 1 or not self.paramwise_cfg.get('no_decay_1d', True)
            group = groups.setdefault((layers_above, decays), dict(params=[], lr=self.base_lr * rate**layers_above))
            group['params'].append(parameter)
            if self.base_wd is not None:
                group['weight_decay'] = self.base_wd if decays else 0.0
        params += [groups[key] for key in sorted(groups)]
        print_log(f'Learning rates: {len(groups)} groups, from {min(g["lr"] for g in groups.values()):.2e}', 'current')
