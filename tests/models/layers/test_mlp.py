"""The MLP against its formula."""

import math

import pytest
import torch

from mmaction_vt.models.layers import Mlp


def plain(mlp, x):
    hidden = mlp.fc1(x)
    if mlp.approximate == 'none':
        hidden = hidden * (1 + torch.erf(hidden / 2**0.5)) / 2
    else:
        hidden = hidden * (1 + torch.tanh(math.sqrt(2 / math.pi) * (hidden + 0.044715 * hidden**3))) / 2
    return mlp.fc2(hidden)


@pytest.mark.parametrize('approximate', ['none', 'tanh'])
@pytest.mark.parametrize('gradients', [True, False])
def test_equals_the_formula_with_and_without_gradients(approximate, gradients):
    torch.manual_seed(0)
    mlp, x = Mlp(6, 18).double(), torch.randn(2, 3, 6, dtype=torch.float64)
    mlp.approximate = approximate
    before = x.clone()
    with torch.set_grad_enabled(gradients):
        torch.testing.assert_close(mlp(x), plain(mlp, x))
    assert torch.equal(x, before)  # the GELU in place does not reach the input


def test_dropout_acts_in_training_only():
    torch.manual_seed(0)
    mlp, x = Mlp(6, 18, drop_rate=0.5), torch.randn(2, 3, 6)
    assert not torch.equal(mlp(x), mlp(x))
    mlp.eval()
    assert torch.equal(mlp(x), mlp(x))
