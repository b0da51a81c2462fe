"""ViViT's four models against their plain formulation, the published scores, and what they promise."""

import copy
import pickle

import pytest
import torch
from reference.vivit import vivit

from mmaction_vt import init_recognizer
from mmaction_vt.errors import InputError
from mmaction_vt.models import ViViT
from mmaction_vt.models.backbones import BenchmarkFactorisedEncoderViViT, FactorisedEncoderViViT
from mmaction_vt.models.backbones.vivit import ATTENTION_TYPES
from mmaction_vt.registry import MODELS

SMALL = dict(img_size=(32, 48), patch_size=16, num_frames=6, embed_dims=24, num_layers=2, num_heads=4)


def random_model(attention_type, **options):
    """A model in float64 in which no parameter is zero."""
    torch.manual_seed(0)
    model = ViViT(attention_type=attention_type, num_temporal_layers=2, **{**SMALL, **options}).double()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return model


def clips(frames=6, height=32, width=48):
    torch.manual_seed(1)
    return torch.randn(2, 3, frames, height, width, dtype=torch.float64)


@pytest.mark.parametrize(
    ('attention_type', 'frame_token'),
    [*((kind, 'cls') for kind in ATTENTION_TYPES), *(('factorised_encoder', token) for token in ('mean', 'benchmark'))],
)
def test_equals_the_plain_formulation_forward_and_in_every_gradient(attention_type, frame_token):
    model = random_model(attention_type, frame_token=frame_token)
    videos = clips().requires_grad_()
    ours, theirs = model(videos), vivit(model, videos)
    assert ours.shape == (2, 24)
    torch.testing.assert_close(ours, theirs)
    weights = torch.randn_like(ours)
    inputs = [videos, *model.parameters()]
    our_grads = torch.autograd.grad((ours * weights).sum(), inputs, allow_unused=True)
    their_grads = torch.autograd.grad((theirs * weights).sum(), inputs, allow_unused=True)
    names = ['videos', *(name for name, _ in model.named_parameters())]
    for name, our_grad, their_grad in zip(names, our_grads, their_grads, strict=True):
        assert (our_grad is None) == (their_grad is None), name
        if our_grad is not None:
            torch.testing.assert_close(our_grad, their_grad, rtol=1e-7, atol=1e-10)
    assert all(grad is not None for grad in our_grads)  # distributed training wants every parameter


@pytest.mark.parametrize('attention_type', ATTENTION_TYPES)
@pytest.mark.parametrize('out_type', ['cls_token', 'featmap'])
def test_every_parameter_that_is_not_frozen_has_a_gradient(attention_type, out_type):
    model = random_model(attention_type, out_type=out_type)
    model(clips()).sum().backward()
    names = dict(model.named_parameters())
    assert {name for name in names if names[name].grad is None} == {
        name for name in names if not names[name].requires_grad
    }
    assert all(parameter.requires_grad for parameter in model.blocks.parameters())


@pytest.mark.parametrize('attention_type', ATTENTION_TYPES)
def test_features_of_every_place(attention_type):
    model, maps = random_model(attention_type).eval(), random_model(attention_type, out_type='featmap').eval()
    features = maps(clips())
    assert features.shape == (2, 24, 3, 2, 3)
    if attention_type.endswith(('self_attention', 'dot_product')):
        torch.testing.assert_close(features.mean((2, 3, 4)), model(clips()))
    # Each feature belongs to its own tubelet: with attention and networks at rest it is the embedding's.
    for name, layer in maps.named_modules():
        if name.startswith('blocks') and name.endswith(('.proj', '.fc2')):
            torch.nn.init.zeros_(layer.weight)
            torch.nn.init.zeros_(layer.bias)
    changed = clips()
    changed[1, :, 2:4, 16:32, 32:48] += 1
    differences = (maps(changed) - maps(clips())).abs().sum(1)
    assert differences.nonzero().tolist() == [[1, 1, 1, 2]]


@pytest.mark.parametrize('attention_type', ATTENTION_TYPES)
def test_activation_checkpointing_gives_the_same_gradients(attention_type):
    grads = []
    for with_cp in (False, True, 2):
        model = random_model(attention_type, with_cp=with_cp).train()
        model(clips()).sum().backward()
        grads.append([parameter.grad for parameter in model.parameters()])
    for plain, *again in zip(*grads, strict=True):
        for grad in again:
            torch.testing.assert_close(plain, grad)


@pytest.mark.parametrize('attention_type', ATTENTION_TYPES)
def test_other_lengths_and_sizes(attention_type):
    model = random_model(attention_type).eval()
    assert model(clips(frames=10, height=64, width=32)).shape == (2, 24)
    assert not torch.equal(model(clips(frames=4)), model(clips()))


def test_half_of_the_heads_see_no_other_time():
    model = random_model('factorised_dot_product', num_layers=1).eval()
    attention = model.blocks[0].attn
    torch.nn.init.eye_(attention.proj.weight)
    x = torch.randn(1, 3 * 6, 24, dtype=torch.float64)
    changed = x.clone()
    changed[0, :6] += 1  # the first time
    differences = (attention(changed, 3) - attention(x, 3))[0, 6:].abs().amax(0)
    assert not differences[:12].any() and (differences[12:] > 1e-6).all()


def test_paths_are_dropped_in_training_only():
    torch.manual_seed(0)
    model = random_model('factorised_self_attention', drop_path_rate=0.5, drop_rate=0.1, attn_drop_rate=0.1)
    videos = clips()
    assert not torch.equal(model.train()(videos), model(videos))
    assert torch.equal(model.eval()(videos), model(videos))


def test_published_scores(parity):
    case = parity('videotransformer_vivit_joint')
    names = ('img_size', 'patch_size', 'num_frames', 'embed_dims', 'num_layers', 'num_heads', 'tubelet_size')
    backbone = dict({name: case.figures[name] for name in names}, type='mmaction_vt.ViViT', norm_eps=1e-5)
    head = dict(type='TimeSformerHead', num_classes=7, in_channels=48)
    model = init_recognizer(dict(model=dict(type='Recognizer3D', backbone=backbone, cls_head=head)), case.checkpoint)
    with torch.no_grad():
        scores = model.cls_head(model.backbone(case.input()))
    torch.testing.assert_close(scores, case.logits(), rtol=0, atol=1e-5)


def test_the_tanh_form_of_gelu_is_close_and_not_the_same():
    exact, tanh = random_model('joint'), random_model('joint', act='gelu_tanh')
    difference = (exact(clips()) - tanh(clips())).abs().max()
    assert 1e-6 < difference < 1e-1


@pytest.mark.parametrize(
    ('options', 'model'),
    [
        (dict(attention_type='joint'), ViViT),
        (dict(attention_type='joint', frame_token='benchmark'), ViViT),
        (dict(attention_type='factorised_encoder'), FactorisedEncoderViViT),
        (dict(attention_type='factorised_encoder', frame_token='mean'), FactorisedEncoderViViT),
        (dict(attention_type='factorised_encoder', frame_token='benchmark'), BenchmarkFactorisedEncoderViViT),
    ],
)
def test_model_2_is_a_class_of_its_own_behind_the_registered_name(options, model):
    built = MODELS.build(dict(type='mmaction_vt.ViViT', **SMALL, **options))
    assert type(built) is model and isinstance(built, ViViT)
    assert type(built).__name__ == 'ViViT'  # in errors, logs and exported files
    for copied in (copy.deepcopy(built), pickle.loads(pickle.dumps(built))):
        assert type(copied) is model
        assert copied.state_dict().keys() == built.state_dict().keys()
    positional = (32, 16, 4, 2, 24, 2, 4, 4.0, True, 0.0, 0.0, 0.0, options['attention_type'])
    assert type(ViViT(*positional, frame_token=options.get('frame_token', 'cls'))) is model


def test_a_subclass_is_built_as_itself():
    class Derived(ViViT):
        pass

    assert type(Derived(**SMALL)) is Derived
    with pytest.raises(NotImplementedError, match='FactorisedEncoderViViT'):
        Derived(**SMALL, attention_type='factorised_encoder')


@pytest.mark.parametrize('attention_type', ATTENTION_TYPES)
def test_depths_of_parameters_follow_the_forward_pass(attention_type):
    model = random_model(attention_type)
    depths = {name: model.get_layer_depth(name) for name, _ in model.named_parameters()}
    assert set(depths.values()) == set(range(model.num_depths))
    assert depths['patch_embed.proj.weight'] == 0 and depths['blocks.1.norm1.weight'] == 2
    assert depths['norm.weight'] == model.num_depths - 1
    if attention_type == 'factorised_encoder':
        assert model.num_depths == 2 + 4
        assert (depths['spatial_norm.weight'], depths['temporal_embed'], depths['temporal_cls_token']) == (2, 3, 3)
        assert depths['temporal_blocks.1.norm1.weight'] == 4


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(attention_type='divided'), 'factorised_self_attention'),
        (dict(frame_token='all'), 'cls, mean, benchmark'),
        (dict(act='relu'), 'gelu_tanh'),
        (dict(out_type='all'), 'featmap'),
        (dict(num_frames=7), 'multiple of 2'),
        (dict(img_size=40), 'multiples of 16'),
        (dict(num_heads=3, attention_type='factorised_dot_product'), 'num_heads must be even'),
        (dict(num_heads=7), 'divisible'),
    ],
)
def test_refuses_what_does_not_fit(options, message):
    with pytest.raises(InputError, match=message):
        ViViT(**{**SMALL, **options})
