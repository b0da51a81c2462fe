"""V-JEPA 2's encoder against its plain formulation, and what it promises."""

import math

import pytest
import torch
from reference.vjepa2 import vjepa2

from mmaction_vt.errors import InputError
from mmaction_vt.models import VJEPA2

SMALL = dict(img_size=(32, 48), patch_size=16, num_frames=6, embed_dims=28, num_layers=2, num_heads=2)


def random_model(**options):
    """A model in float64 in which no parameter is zero."""
    torch.manual_seed(0)
    model = VJEPA2(**{**SMALL, **options}).double()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return model


def clips(frames=6, height=32, width=48):
    torch.manual_seed(1)
    return torch.randn(2, 3, frames, height, width, dtype=torch.float64)


@pytest.mark.parametrize('version', ['2', '2.1'])
def test_equals_the_plain_formulation_forward_and_in_every_gradient(version):
    model = random_model(version=version)
    videos = clips(frames=4)[:1].requires_grad_()
    ours, theirs = model(videos), vjepa2(model, videos)
    assert ours.shape == (1, 28, 2, 2, 3)
    ours = ours.flatten(2).transpose(1, 2)
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5)  # angles are computed in float32
    weights = torch.randn_like(ours)
    inputs = [videos, *model.parameters()]
    our_grads = torch.autograd.grad((ours * weights).sum(), inputs)
    their_grads = torch.autograd.grad((theirs * weights).sum(), inputs)
    for our_grad, their_grad in zip(our_grads, their_grads, strict=True):
        torch.testing.assert_close(our_grad, their_grad, rtol=1e-4, atol=1e-4)
    with torch.no_grad():  # where queries and keys are rotated in place
        torch.testing.assert_close(model(clips(frames=4)[:1]).flatten(2).transpose(1, 2), ours.detach())


def test_the_versions_differ():
    assert not torch.allclose(random_model()(clips()), random_model(version='2.1')(clips()), atol=1e-2)


def test_positions_are_those_of_the_clip():
    """A clip gives the same features whatever clip the model was configured for."""
    model, other = random_model(), random_model(img_size=64, num_frames=16)
    other.load_state_dict(model.state_dict())
    torch.testing.assert_close(model(clips()), other(clips()))
    assert model(clips(frames=10, height=64, width=32)).shape == (2, 28, 5, 4, 2)


def test_the_order_of_the_tokens_matters_only_through_their_positions():
    model = random_model().eval()
    swapped = clips().unflatten(2, (3, 2)).flip(2).flatten(2, 3)  # whole tubelets change places
    assert not torch.allclose(model(swapped), model(clips()).flip(2))
    model.positions = lambda sizes, device: torch.stack(
        (torch.ones(math.prod(sizes), 14), torch.zeros(math.prod(sizes), 14))
    )
    torch.testing.assert_close(model(swapped), model(clips()).flip(2))


def test_the_mean_is_that_of_all_places():
    model, mean = random_model().eval(), random_model(out_type='mean').eval()
    torch.testing.assert_close(mean(clips()), model(clips()).mean((2, 3, 4)))


def test_activation_checkpointing_gives_the_same_gradients():
    grads = []
    for with_cp in (False, True):
        model = random_model(with_cp=with_cp).train()
        model(clips()).sum().backward()
        grads.append([parameter.grad for parameter in model.parameters()])
    for plain, again in zip(*grads, strict=True):
        torch.testing.assert_close(plain, again)


def test_ends_of_branches_start_smaller_the_deeper():
    torch.manual_seed(0)
    model = VJEPA2(embed_dims=96, num_layers=8, num_heads=4)
    model.init_weights()
    for ends in ([block.attn.proj for block in model.blocks], [block.mlp.fc2 for block in model.blocks]):
        sizes = [layer.weight.std().item() * math.sqrt(2 * depth) for depth, layer in enumerate(ends, 1)]
        assert all(size == pytest.approx(0.02, rel=0.05) for size in sizes)


def test_depths_of_parameters_follow_the_forward_pass():
    model = random_model(version='2.1')
    depths = {name: model.get_layer_depth(name) for name, _ in model.named_parameters()}
    assert set(depths.values()) == set(range(4))
    assert (depths['video_embed'], depths['blocks.1.norm1.weight'], depths['norm.bias']) == (0, 2, 3)


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(version='3'), '2, 2.1'),
        (dict(out_type='cls_token'), 'featmap, mean'),
        (dict(num_frames=7), 'multiple of 2'),
        (dict(img_size=40), 'multiples of 16'),
        (dict(num_heads=3), 'divisible'),
    ],
)
def test_refuses_what_does_not_fit(options, message):
    with pytest.raises(InputError, match=message):
        VJEPA2(**{**SMALL, **options})
