"""TimeSformer against its plain formulation, the published scores, and what it promises."""

import pytest
import torch
from reference.timesformer import timesformer

from mmaction_vt import init_recognizer
from mmaction_vt.models import TimeSformer

ATTENTION_TYPES = ('divided_space_time', 'joint_space_time', 'space_only')
SMALL = dict(img_size=32, patch_size=16, num_frames=3, embed_dims=24, num_layers=2, num_heads=3, drop_path_rate=0.0)


def random_model(**options):
    """A model in float64 in which no parameter is zero."""
    torch.manual_seed(0)
    model = TimeSformer(**{**SMALL, **options}).double()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    return model


@pytest.mark.parametrize('attention_type', ATTENTION_TYPES)
def test_equals_the_plain_formulation_forward_and_backward(attention_type):
    model = random_model(attention_type=attention_type)
    videos = torch.randn(2, 3, 3, 32, 32, dtype=torch.float64, requires_grad=True)
    ours = model(videos)
    model.out_type = 'featmap'
    our_map = model(videos)
    theirs, their_map = timesformer(model, videos)
    torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-11)
    torch.testing.assert_close(our_map, their_map, rtol=1e-9, atol=1e-11)

    weights, map_weights = torch.randn_like(ours), torch.randn_like(our_map)
    tensors = [videos, *model.parameters()]
    our_loss = (ours * weights).sum() + (our_map * map_weights).sum()
    their_loss = (theirs * weights).sum() + (their_map * map_weights).sum()
    our_grads = torch.autograd.grad(our_loss, tensors)
    their_grads = torch.autograd.grad(their_loss, tensors)
    for our_grad, their_grad in zip(our_grads, their_grads, strict=True):
        torch.testing.assert_close(our_grad, their_grad, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize(
    'name',
    [
        'timesformer_divided_space_time',
        'timesformer_joint_space_time',
        'timesformer_space_only',
        'videotransformer_timesformer_divided',
        'videotransformer_timesformer_joint',
    ],
)
def test_published_scores(parity, name):
    case = parity(name)
    figures = case.figures
    sizes = ('img_size', 'patch_size', 'num_frames', 'embed_dims', 'num_layers', 'num_heads', 'attention_type')
    backbone = {key: figures[key] for key in sizes}
    if name.startswith('videotransformer'):
        backbone['norm_eps'] = 1e-5
    head = dict(type='TimeSformerHead', num_classes=len(figures['logits'][0]), in_channels=figures['embed_dims'])
    backbone['type'] = 'mmaction_vt.TimeSformer'
    model = init_recognizer(dict(model=dict(type='Recognizer3D', backbone=backbone, cls_head=head)), case.checkpoint)
    with torch.no_grad():
        scores = model.cls_head(model.backbone(case.input()))
    torch.testing.assert_close(scores, case.logits(), rtol=0, atol=1e-5)


@pytest.mark.parametrize('attention_type', ATTENTION_TYPES)
def test_order_of_frames(attention_type):
    """Only the model that sees frames apart, and averages them, cannot tell a video from its reverse."""
    model = random_model(attention_type=attention_type).eval()
    videos = torch.randn(1, 3, 3, 32, 32, dtype=torch.float64)
    same = torch.allclose(model(videos), model(videos.flip(2)), atol=1e-10)
    assert same == (attention_type == 'space_only')


@pytest.mark.parametrize('attention_type', ATTENTION_TYPES)
def test_activation_checkpointing_changes_no_gradient(attention_type):
    model = random_model(attention_type=attention_type, drop_path_rate=0.5, drop_rate=0.2)
    videos = torch.randn(2, 3, 3, 32, 32, dtype=torch.float64)
    grads = []
    for model.with_cp in (False, True, 2):
        torch.manual_seed(1)
        model.zero_grad()
        model(videos).square().sum().backward()
        grads.append([parameter.grad.clone() for parameter in model.parameters()])
    for plain, *checkpointed in zip(*grads, strict=True):
        for grad in checkpointed:
            torch.testing.assert_close(plain, grad)


def test_recomputes_every_kth_block():
    model = random_model(num_layers=4).train()
    calls = []
    for index, block in enumerate(model.blocks):
        block.attn.register_forward_hook(lambda *_, index=index: calls.append(index))
    for every, twice in ((2, (0, 2)), (3, (0, 3)), (True, (0, 1, 2, 3)), (False, ())):
        calls.clear()
        model.with_cp = every
        model(torch.randn(1, 3, 3, 32, 32, dtype=torch.float64)).sum().backward()
        assert tuple(index for index in range(4) if calls.count(index) == 2) == twice


@pytest.mark.parametrize('attention_type', ATTENTION_TYPES)
def test_larger_and_longer_inputs_repeat_the_nearest_embeddings(attention_type):
    """On twice the frames and a larger, oblong frame the embeddings are those of the nearest place and time."""
    model = random_model(attention_type=attention_type).eval()
    large = random_model(attention_type=attention_type, img_size=(64, 96), num_frames=6).eval()
    rows, columns = torch.arange(4) // 2, torch.arange(6) // 3
    places = 1 + 2 * rows[:, None] + columns[None]
    state = model.state_dict()
    state['pos_embed'] = torch.cat((state['pos_embed'][:, :1], state['pos_embed'][:, places.flatten()]), dim=1)
    if attention_type != 'space_only':
        state['time_embed'] = state['time_embed'][:, [0, 0, 1, 1, 2, 2]]
    large.load_state_dict(state)
    videos = torch.randn(2, 3, 6, 64, 96, dtype=torch.float64)
    torch.testing.assert_close(model(videos), large(videos))


def test_class_token_copies_stay_equal():
    model = random_model().eval()
    tokens = torch.randn(3, 2, 1, 24, dtype=torch.float64)[:1].expand(3, -1, -1, -1)
    tokens = torch.cat((tokens, torch.randn(3, 2, 4, 24, dtype=torch.float64)), dim=2)
    out = model.blocks[0](tokens)
    torch.testing.assert_close(out[:, :, 0], out[:1, :, 0].expand(3, -1, -1))


def test_published_initialisation_sees_frames_as_an_image_model():
    model = TimeSformer(**SMALL)
    model.init_weights()
    assert not model.time_embed.any()
    assert not any(block.temporal_fc.weight.any() or block.temporal_fc.bias.any() for block in model.blocks)
    assert model.blocks[0].temporal_attn.qkv.weight.std().item() == pytest.approx(0.02, rel=0.2)
    assert model.pos_embed.std().item() == pytest.approx(0.02, rel=0.3)


def test_drop_path_drops_in_training_only():
    model = random_model(drop_path_rate=0.9)
    videos = torch.randn(1, 3, 3, 32, 32, dtype=torch.float64)
    assert not torch.equal(model(videos), model(videos))
    model.eval()
    assert torch.equal(model(videos), model(videos))


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        (dict(img_size=30), '30x30 pixels.*multiples of 16'),
        (dict(attention_type='divided'), "'divided'; choose from divided_space_time"),
        (dict(out_type='tokens'), "'tokens'; choose from cls_token, featmap"),
        (dict(num_heads=5), '24 is not divisible by 5'),
        (dict(drop_path_rate=1.5), r'probability.*1\.5'),
    ],
)
def test_refuses_options_that_do_not_fit(options, words):
    with pytest.raises(ValueError, match=words):
        TimeSformer(**{**SMALL, **options})


def test_refuses_a_crop_that_patches_do_not_tile():
    with pytest.raises(ValueError, match='32x40 pixels'):
        TimeSformer(**SMALL)(torch.zeros(1, 3, 3, 32, 40))


def test_mmaction2s_own_timesformer_stays_reachable():
    from mmaction.models.backbones import TimeSformer as Theirs
    from mmaction.registry import MODELS

    assert MODELS.get('TimeSformer') is Theirs
    assert MODELS.get('mmaction_vt.TimeSformer') is TimeSformer
