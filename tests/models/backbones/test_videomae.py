"""VideoMAE's encoder against its plain formulation, and what it promises."""

import pytest
import torch
from reference.videomae import videomae

from mmaction_vt.errors import InputError
from mmaction_vt.models import VideoMAE

SMALL = dict(img_size=(32, 48), patch_size=16, num_frames=6, embed_dims=24, num_layers=2, num_heads=4)


def random_model(**options):
    """A model in float64 in which no parameter is zero."""
    torch.manual_seed(0)
    model = VideoMAE(**{**SMALL, **options}).double()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return model


def clips(frames=6, height=32, width=48):
    torch.manual_seed(1)
    return torch.randn(2, 3, frames, height, width, dtype=torch.float64)


@pytest.mark.parametrize('norm_after_mean', [True, False])
def test_equals_the_plain_formulation_forward_and_in_every_gradient(norm_after_mean):
    model = random_model(norm_after_mean=norm_after_mean)
    videos = clips().requires_grad_()
    ours, theirs = model(videos), videomae(model, videos)
    assert ours.shape == (2, 24)
    # The table of positions is stored in float32.
    torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=1e-6)
    weights = torch.randn_like(ours)
    inputs = [videos, *model.parameters()]
    our_grads = torch.autograd.grad((ours * weights).sum(), inputs)
    their_grads = torch.autograd.grad((theirs * weights).sum(), inputs)
    for our_grad, their_grad in zip(our_grads, their_grads, strict=True):
        torch.testing.assert_close(our_grad, their_grad, rtol=1e-5, atol=1e-6)


def test_a_bias_of_the_keys_changes_nothing_and_is_not_trained():
    model = random_model()
    before = model(clips())
    before.square().sum().backward()
    for block in model.blocks:
        grads = block.attn.qkv.bias.grad.split(24)
        assert grads[1].abs().max() < 1e-12 < 1e-6 < min(grads[0].abs().max(), grads[2].abs().max())
        with torch.no_grad():
            block.attn.qkv.bias[24:48] += 1
    torch.testing.assert_close(model(clips()), before)


def test_the_order_of_the_tokens_matters_only_through_their_positions():
    model = random_model(out_type='featmap').eval()
    swapped = clips().flip(2)
    swapped = swapped.unflatten(2, (3, 2)).flip(3).flatten(2, 3)  # whole tubelets change places
    assert not torch.allclose(model(swapped), model(clips()).flip(2))
    model.positions.zero_()
    torch.testing.assert_close(model(swapped), model(clips()).flip(2))


def test_features_of_every_place():
    model, maps = (random_model(norm_after_mean=False, out_type=kind).eval() for kind in ('mean', 'featmap'))
    features = maps(clips())
    assert features.shape == (2, 24, 3, 2, 3)
    torch.testing.assert_close(features.mean((2, 3, 4)), model(clips()))


def test_no_checkpoint_has_the_positions():
    assert 'positions' not in VideoMAE(**SMALL).state_dict()


@pytest.mark.parametrize('with_cp', [True, 2])
def test_activation_checkpointing_gives_the_same_gradients(with_cp):
    grads = []
    for option in (False, with_cp):
        model = random_model(with_cp=option).train()
        model(clips()).sum().backward()
        grads.append([parameter.grad for parameter in model.parameters()])
    for plain, again in zip(*grads, strict=True):
        torch.testing.assert_close(plain, again)


def test_other_lengths_and_sizes():
    model = random_model().eval()
    assert model(clips(frames=10, height=64, width=32)).shape == (2, 24)
    assert not torch.equal(model(clips(frames=4)), model(clips()))
    # A model that is made for the size has positions of its own; those of another are resized.
    assert not torch.allclose(random_model(img_size=64).eval()(clips(height=64, width=64)), model(clips(6, 64, 64)))


def test_depths_of_parameters_follow_the_forward_pass():
    for norm_after_mean, norm in ((True, 'fc_norm'), (False, 'norm')):
        model = random_model(norm_after_mean=norm_after_mean)
        depths = {name: model.get_layer_depth(name) for name, _ in model.named_parameters()}
        assert set(depths.values()) == set(range(4))
        assert (depths['patch_embed.proj.weight'], depths['blocks.1.norm1.weight'], depths[f'{norm}.bias']) == (0, 2, 3)


def test_only_the_last_blocks_are_trained():
    model = random_model(trainable_blocks=1)
    trained = {name.split('.')[0] for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert trained == {'blocks', 'fc_norm'}
    assert not any(parameter.requires_grad for parameter in model.blocks[0].parameters())


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(out_type='cls_token'), 'mean, featmap'),
        (dict(num_frames=7), 'multiple of 2'),
        (dict(img_size=40), 'multiples of 16'),
        (dict(num_heads=7), 'divisible'),
        (dict(drop_path_rate=1.0), 'probability'),
    ],
)
def test_refuses_what_does_not_fit(options, message):
    with pytest.raises(InputError, match=message):
        VideoMAE(**{**SMALL, **options})


def test_refuses_clips_that_patches_do_not_tile():
    model = random_model()
    with pytest.raises(InputError, match='cannot be cut into 16x16 patches'):
        model(clips(height=40))
    with pytest.raises(InputError, match='cannot be cut into tubelets of 2'):
        model(clips(frames=5))
