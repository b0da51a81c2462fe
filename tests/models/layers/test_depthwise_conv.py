import pytest
import torch
import torch.nn.functional as F

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
