"""Motionformer against its plain formulation, the published scores, and what it promises."""

import pytest
import torch
from reference.motionformer import motionformer

from mmaction_vt import init_recognizer
from mmaction_vt.errors import InputError
from mmaction_vt.models import Motionformer

KINDS = [
    dict(attention_type='trajectory', project_values=False),
    dict(attention_type='trajectory', project_values=True),
    dict(attention_type='joint'),
    dict(attention_type='divided'),
]
SMALL = dict(img_size=(32, 48), patch_size=16, num_frames=6, embed_dims=24, num_layers=2, num_heads=3)


def random_model(**options):
    """A model in float64 in which no parameter is zero."""
    torch.manual_seed(0)
    model = Motionformer(**{**SMALL, 'drop_path_rate': 0.0, **options}).double()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    return model


@pytest.mark.parametrize('kind', KINDS)
def test_equals_the_plain_formulation_forward_and_in_every_gradient(kind):
    model = random_model(**kind)
    videos = torch.randn(2, 3, 6, 32, 48, dtype=torch.float64, requires_grad=True)
    theirs = motionformer(model, videos)
    ours = model(videos)
    torch.testing.assert_close(ours, theirs[:, 0], rtol=1e-9, atol=1e-11)
    torch.testing.assert_close(model.eval()(videos), theirs[:, 0], rtol=1e-9, atol=1e-11)
    model.train().out_type = 'featmap'
    our_map = model(videos)
    their_map = theirs[:, 1:].unflatten(1, (3, 2, 3)).permute(0, 4, 1, 2, 3)
    torch.testing.assert_close(our_map, their_map, rtol=1e-9, atol=1e-11)

    weights, map_weights = torch.randn_like(ours), torch.randn_like(our_map)
    tensors = [videos, *model.parameters()]
    our_grads = torch.autograd.grad((ours * weights).sum() + (our_map * map_weights).sum(), tensors)
    their_loss = (theirs[:, 0] * weights).sum() + (their_map * map_weights).sum()
    their_grads = torch.autograd.grad(their_loss, tensors)
    for our_grad, their_grad in zip(our_grads, their_grads, strict=True):
        torch.testing.assert_close(our_grad, their_grad, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize('kind', KINDS)
def test_every_parameter_takes_part_in_training(kind):
    """As DistributedDataParallel demands, although the last block's patches are not needed."""
    model = random_model(**kind)
    model(torch.randn(1, 3, 6, 32, 48, dtype=torch.float64)).sum().backward()
    assert all(parameter.grad is not None for parameter in model.parameters())


@pytest.mark.parametrize(
    'name',
    ['trajectory_original', 'trajectory_projected', 'joint', 'divided', 'hr336'],
)
def test_published_scores(parity, name):
    case = parity(f'motionformer_{name}')
    figures = case.figures
    sizes = ('img_size', 'patch_size', 'tubelet_size', 'num_frames', 'embed_dims', 'num_layers', 'num_heads')
    backbone = {key: figures[key] for key in (*sizes, 'attention_type')}
    backbone |= dict(type='mmaction_vt.Motionformer', project_values=name == 'trajectory_projected')
    head = dict(type='mmaction_vt.MotionformerHead', num_classes=figures['num_classes'], in_channels=48)
    model = init_recognizer(dict(model=dict(type='Recognizer3D', backbone=backbone, cls_head=head)), case.checkpoint)
    with torch.no_grad():
        scores = model.cls_head(model.backbone(case.input()))
    torch.testing.assert_close(scores, case.logits(), rtol=0, atol=1e-5)


def test_published_epic_kitchens_scores(parity):
    case = parity('motionformer_epic')
    sizes = ('img_size', 'patch_size', 'tubelet_size', 'num_frames', 'embed_dims', 'num_layers', 'num_heads')
    backbone = {key: case.figures[key] for key in sizes}
    backbone['type'] = 'mmaction_vt.Motionformer'
    head = dict(type='mmaction_vt.VerbNounHead', num_verbs=97, num_nouns=300, in_channels=48)
    model = init_recognizer(dict(model=dict(type='Recognizer3D', backbone=backbone, cls_head=head)), case.checkpoint)
    with torch.no_grad():
        scores = model.cls_head(model.backbone(case.input()))
    for name in ('verb', 'noun'):
        expected = torch.tensor(case.figures['expected'][name])
        torch.testing.assert_close(scores[name], expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize('kind', KINDS)
def test_activation_checkpointing_changes_no_gradient(kind):
    model = random_model(**kind, drop_path_rate=0.5, drop_rate=0.2)
    videos = torch.randn(2, 3, 6, 32, 48, dtype=torch.float64)
    grads = []
    for model.with_cp in (False, True):
        torch.manual_seed(1)
        model.zero_grad()
        model(videos).square().sum().backward()
        grads.append([parameter.grad.clone() for parameter in model.parameters()])
    for plain, checkpointed in zip(*grads, strict=True):
        torch.testing.assert_close(plain, checkpointed)


@pytest.mark.parametrize('kind', KINDS)
def test_other_sizes_equal_a_model_of_that_size_with_resized_embeddings(kind):
    small, large = random_model(**kind).eval(), random_model(**kind, img_size=64, num_frames=12).eval()
    state = small.state_dict()
    grid = state['pos_embed'][:, 1:].transpose(1, 2).unflatten(2, (2, 3))
    grid = torch.nn.functional.interpolate(grid, size=(4, 4), mode='bicubic').flatten(2).transpose(1, 2)
    state['pos_embed'] = torch.cat((state['pos_embed'][:, :1], grid), dim=1)
    state['temp_embed'] = state['temp_embed'][:, [0, 0, 1, 1, 2, 2]]
    large.load_state_dict(state)
    videos = torch.randn(1, 3, 12, 64, 64, dtype=torch.float64)
    torch.testing.assert_close(small(videos), large(videos))


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        (dict(num_frames=5), '5 frames.*tubelets of 2'),
        (dict(img_size=40), '40x40 pixels'),
        (dict(attention_type='space_only'), 'trajectory.*space_only'),
    ],
)
def test_refuses_options_that_do_not_fit(options, words):
    with pytest.raises(InputError, match=words):
        Motionformer(**{**SMALL, **options})


def test_refuses_an_odd_number_of_frames():
    with pytest.raises(InputError, match='5 frames'):
        Motionformer(**SMALL)(torch.zeros(1, 3, 5, 32, 48))
