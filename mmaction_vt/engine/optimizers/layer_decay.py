"""Learning rates that fall from the last layer of a backbone to its first."""

from mmengine.logging import print_log
from mmengine.optim import DefaultOptimWrapperConstructor
from torch import nn

from ...errors import InputError
from ...registry import OPTIM_WRAPPER_CONSTRUCTORS


@OPTIM_WRAPPER_CONSTRUCTORS.register_module()
class LayerDecayOptimWrapperConstructor(DefaultOptimWrapperConstructor):
    """Each block learns ``decay_rate`` times as fast as the one behind it (Clark et al., 2020, "ELECTRA").

    The head and the last norm learn at the full rate, the last block at ``decay_rate`` of it, and so on down to the
    embeddings. mmaction2's constructor of the kind knows MViT and VisionTransformer only.

    Args:
        optim_wrapper_cfg: ``optim_wrapper`` of the config, from which the runner takes it.
        paramwise_cfg: ``optim_wrapper.paramwise_cfg``, with what follows.

    Args (in ``paramwise_cfg``):
        decay_rate: The factor.
        no_decay_1d: Whether norms, biases and other vectors have no weight decay; True if it is not given.

    Raises:
        InputError: If the factor is missing or not in (0, 1], or the backbone does not know the depth of its
            parameters.
    """

    def add_params(self, params: list[dict], module: nn.Module, **kwargs: object) -> None:
        rate = self.paramwise_cfg.get('decay_rate')
        if rate is None or not 0 < rate <= 1:
            raise InputError(f'paramwise_cfg.decay_rate of layer decay is above 0 and at most 1, not {rate}')
        backbone = getattr(module, 'backbone', None)
        if not hasattr(backbone, 'depth_of'):
            raise InputError(f'layer decay knows the backbones of mmaction_vt, not {type(backbone).__name__}')
        groups = {}
        for name, parameter in module.named_parameters():
            if not parameter.requires_grad:
                continue
            below = 0
            if name.startswith('backbone.'):
                below = backbone.num_depths - 1 - backbone.depth_of(name.removeprefix('backbone.'))
            decays = parameter.ndim > 1 or not self.paramwise_cfg.get('no_decay_1d', True)
            group = groups.setdefault((below, decays), dict(params=[], lr=self.base_lr * rate**below))
            group['params'].append(parameter)
            if self.base_wd is not None:
                group['weight_decay'] = self.base_wd if decays else 0.0
        params += [groups[key] for key in sorted(groups)]
        print_log(f'Learning rates: {len(groups)} groups, from {min(g["lr"] for g in groups.values()):.2e}', 'current')
