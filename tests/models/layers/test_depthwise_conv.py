import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mmaction_vt.models.layers.depthwise_conv import DepthwiseConv3d


@pytest.mark.parametrize('kernel', [(2, 2, 2), (1, 3, 3), (2, 1, 6)])
def test_a_sum_over_patches_is_the_convolution(kernel):
    torch.manual_seed(0)
    conv = DepthwiseConv3d(4, kernel, stride=kernel).double()
    x = torch.randn(2, 4, 6, 6, 4, dtype=torch.float64).permute(0, 4, 1, 2, 3)[:, :, :, :, :6].requires_grad_()
    expected, found = conv(x), conv.sum_patches(x)
    torch.testing.assert_close(found, expected)
    inputs = [x, *conv.parameters()]
    gradients = (torch.autograd.grad(out.square().sum(), inputs) for out in (found, expected))
    torch.testing.assert_close(*gradients)


@pytest.mark.parametrize(
    ('options', 'convolves'),
    [(dict(stride=(2, 2, 2)), False), (dict(padding=1), True), (dict(stride=(2, 2, 2), padding=1), True)],
)
def test_which_form_another_device_gets(options, convolves, monkeypatch):
    inputs, convolve = [], F.conv3d
    monkeypatch.setattr(F, 'conv3d', lambda x, *args: inputs.append(x.is_contiguous()) or convolve(x, *args))
    conv = DepthwiseConv3d(4, (2, 2, 2), **options)
    x = torch.randn(1, 4, 4, 6, 4).permute(0, 4, 1, 2, 3)
    shape = conv(x).shape
    assert inputs == [False]
    assert conv.to('meta')(x.to('meta')).shape == shape
    assert inputs[1:] == [True] * convolves


def test_patches_that_do_not_tile_are_convolved():
    conv = DepthwiseConv3d(4, (2, 2, 2), stride=(2, 2, 2))
    x = torch.randn(1, 4, 5, 4, 4)
    assert conv(x).shape == conv.to('meta')(x.to('meta')).shape == (1, 4, 2, 2, 2)


@pytest.mark.parametrize('autocast', [False, True])
@pytest.mark.parametrize('options', [dict(stride=(2, 2, 2)), dict(padding=1, bias=False), dict(dilation=2)])
def test_gradients_of_16_bits_are_computed_in_float32(options, autocast):
    torch.manual_seed(0)
    conv = DepthwiseConv3d(4, (2, 2, 2), **options)
    x = torch.randn(1, 4, 4, 4, 4).bfloat16().permute(0, 4, 1, 2, 3).requires_grad_()
    if not autocast:
        conv.bfloat16()
    inputs = [x, *conv.parameters()]
    wider = [tensor.detach().float().requires_grad_() for tensor in inputs]
    exact = F.conv3d(*wider, **{key: value for key, value in options.items() if key != 'bias'}, groups=4)
    with torch.autocast('cpu', torch.bfloat16, enabled=autocast):
        found = conv(x)
        plain = nn.Conv3d.forward(conv, x)
    assert found.dtype == torch.bfloat16
    torch.testing.assert_close(found, plain)
    out_grad = torch.randn_like(exact).bfloat16()
    grads = torch.autograd.grad(found, inputs, out_grad)
    for grad, expected, tensor in zip(grads, torch.autograd.grad(exact, wider, out_grad.float()), inputs, strict=True):
        assert grad.dtype == tensor.dtype
        torch.testing.assert_close(grad, expected.to(grad.dtype))  # rounded once, at the end


def test_only_wanted_gradients_of_16_bits_are_computed():
    conv = DepthwiseConv3d(4, (2, 2, 2)).bfloat16().requires_grad_(False)
    x = torch.randn(1, 4, 4, 4, 4, dtype=torch.bfloat16, requires_grad=True)
    conv(x).sum().backward()
    assert x.grad is not None and conv.weight.grad is None
