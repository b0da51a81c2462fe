"""The saved state of an optimizer is taken by that optimizer alone."""

import copy

import pytest
import torch

from mmaction_vt.engine.optimizers.saved_state import check_saved_state
from mmaction_vt.errors import InputError


def build(kind='AdamW', **options):
    """An optimizer after one step, in two groups."""
    torch.manual_seed(0)
    parameters = [torch.nn.Parameter(torch.randn(shape)) for shape in ((3, 2), (3,), (1, 2, 3, 4))]
    optimizer = getattr(torch.optim, kind)([{'params': parameters[:2]}, {'params': parameters[2:]}], lr=0.1, **options)
    for parameter in parameters:
        parameter.grad = torch.ones_like(parameter)
    optimizer.step()
    return optimizer


KINDS = ('SGD', 'Adam', 'AdamW', 'NAdam', 'RAdam', 'Adamax', 'Adagrad', 'Adadelta', 'RMSprop', 'Rprop')
KINDS += ('ASGD', 'Adafactor')


@pytest.mark.parametrize(
    ('kind', 'options'), [*((kind, {}) for kind in KINDS), ('SGD', dict(momentum=0.9)), ('Adam', dict(amsgrad=True))]
)
def test_its_own_state_is_taken(kind, options):
    check_saved_state(build(kind, **options).state_dict(), build(kind, **options), stepped=True)


def change(path, value):
    def apply(state):
        for key in path[:-1]:
            state = state[key]
        if value is None:
            del state[path[-1]]
        else:
            state[path[-1]] = value

    return apply


FIRST = ('state', 0, 'exp_avg')


@pytest.mark.parametrize(
    ('changed', 'sentence'),
    [
        (change(('param_groups',), None), 'no list of param_groups'),
        (change(('state',), [1]), 'no state of the parameters'),
        (change(('state',), {}), 'is empty; expected step, exp_avg, exp_avg_sq of each parameter'),
        (change(('param_groups', 1), None), 'has 1 parameter groups, the optimizer has 2'),
        (change(('param_groups', 0, 'params'), [0]), 'has 1 parameters, the optimizer has 2'),
        (change(('param_groups', 0, 'params'), [0, 0]), 'does not number the parameters from 0'),
        (change(('param_groups', 0, 'params'), 'ab'), 'no list of parameters'),
        (change(('param_groups', 0, 'lr'), None), 'group 0 .* for lr; expected a number as 0.1'),
        (change(('param_groups', 0, 'lr'), float('nan')), 'has nan for lr'),
        (change(('param_groups', 0, 'betas'), (0.9, 'x')), 'for betas'),
        (change(FIRST, None), 'parameter 0 .* has no exp_avg'),
        (change(FIRST, torch.zeros(2, 3)), r'exp_avg of parameter 0 .* \(2, 3\); expected \(3, 2\)'),
        (change(FIRST, torch.full((3, 2), float('nan'))), 'exp_avg of parameter 0 .* NaN'),
        (change(FIRST, torch.zeros(3, 2).to_sparse()), 'exp_avg of parameter 0 .* is sparse'),
        (change(FIRST, 'text'), 'exp_avg of parameter 0 .* is text; expected a tensor'),
        (change(('state', 0, 'step'), torch.tensor(-1.0)), 'step of parameter 0 .* is -1.0; expected a count'),
        (change(('state', 0), 3), 'parameter 0 .* has a int'),
    ],
)
def test_another_state_is_refused(changed, sentence):
    state = copy.deepcopy(build().state_dict())
    changed(state)
    with pytest.raises(InputError, match=sentence):
        check_saved_state(state, build(), stepped=True)


def test_the_state_of_another_optimizer_is_refused():
    with pytest.raises(InputError, match='for betas; expected a number as'):
        check_saved_state(build('SGD', momentum=0.9).state_dict(), build('AdamW'), stepped=True)
