"""A table of the optimizer's parameter groups."""

from collections import defaultdict

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from torch import nn
from torch.optim import Optimizer

from ...registry import HOOKS


@HOOKS.register_module()
class ParameterGroupsHook(Hook):
    """Logs before training how many parameters have each learning rate and weight decay, with an example."""

    def before_train(self, runner: Runner) -> None:
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        optimizer = getattr(runner.optim_wrapper, 'optimizer', None)
        if optimizer is not None:
            runner.logger.info(f'Parameter groups\n{describe_groups(model, optimizer)}')


def describe_groups(model: nn.Module, optimizer: Optimizer) -> str:
    """A table with a row for each pair of learning rate and weight decay, largest group first."""
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    rows: defaultdict[tuple[float, float], list[nn.Parameter]] = defaultdict(list)
    for group in optimizer.param_groups:
        rate = group.get('initial_lr', group['lr'])
        rows[rate, group.get('weight_decay', 0)] += group['params']
    lines = [f'{"learning rate":>13} {"weight decay":>12} {"tensors":>7} {"parameters":>11}  example']
    for (rate, decay), parameters in sorted(rows.items(), key=lambda row: -sum(p.numel() for p in row[1])):
        count = sum(parameter.numel() for parameter in parameters)
        example = names.get(id(parameters[0]), 'of another module')
        lines.append(f'{rate:>13.3g} {decay:>12.3g} {len(parameters):>7} {count:>11,}  {example}')
    frozen = sum(parameter.numel() for parameter in model.parameters() if not parameter.requires_grad)
    if frozen:
        lines.append(f'{"frozen":>13} {"":>12} {"":>7} {frozen:>11,}')
    return '\n'.join(lines)
