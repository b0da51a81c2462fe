"""Initialisation of linear layers."""

import pytest
import torch
from torch import nn

from mmaction_vt.models.layers import init_linear_layers


def test_linear_layers_and_nothing_else():
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(64, 64), nn.Conv1d(2, 2, 1), nn.Sequential(nn.Linear(64, 64, bias=False)))
    conv = module[1].weight.clone()
    init_linear_layers(module, std=0.5)
    for layer in (module[0], module[2][0]):
        assert layer.weight.std().item() == pytest.approx(0.5, rel=0.05)
        assert layer.weight.mean().abs() < 0.05 and layer.weight.abs().max() <= 2
    assert not module[0].bias.any()
    assert torch.equal(module[1].weight, conv)
