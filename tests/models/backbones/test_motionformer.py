"""Motionformer against its plain formulation, the published scores, and what it promises."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from reference.motionformer import motionformer

from mmaction_vt import init_recognizer, read_checkpoint
from mmaction_vt.checkpoints.load import load_into
from mmaction_vt.errors import InputError
from mmaction_vt.models import Motionformer
from mmaction_vt.models.layers import trajectory_attention

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


@pytest.mark.parametrize('kind', KINDS[:2])
def test_a_long_video_is_the_same_in_parts(kind, monkeypatch):
    """Three frames of queries at once, then two and one: parts of equal length and a shorter last one."""
    model = random_model(**kind)
    videos = torch.randn(1, 3, 6, 32, 48, dtype=torch.float64)
    whole = torch.autograd.grad(model(videos).square().sum(), list(model.parameters()))
    for frames in (2, 1):
        monkeypatch.setattr(trajectory_attention, 'MOST_ELEMENTS', frames * 3 * 6 * 24)
        parts = torch.autograd.grad(model(videos).square().sum(), list(model.parameters()))
        for one, other in zip(whole, parts, strict=True):
            torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-11)


MEASURE = """
import re, torch
from pathlib import Path
from mmaction_vt.models import Motionformer
model = Motionformer(num_frames=96, embed_dims=24, num_layers=2, num_heads=3, mlp_ratio=1, out_type='featmap').eval()
videos = torch.zeros(1, 3, 96, 224, 224)
resident = lambda key: int(re.search(key + r':\\s+(\\d+)', Path('/proc/self/status').read_text())[1])
before = resident('VmRSS')
with torch.inference_mode():
    assert model(videos).shape == (1, 24, 48, 14, 14)
print(resident('VmHWM') - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path('/proc/self/status').is_file(), reason='memory is read from /proc')
def test_96_frames_without_all_patches_against_all():
    out = subprocess.run([sys.executable, '-c', MEASURE], check=True, capture_output=True, text=True).stdout
    tokens = 48 * 14 * 14
    assert 1024 * int(out) < 0.5 * 3 * tokens * tokens * 4  # half of one such matrix for each of 3 heads


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
    for model.with_cp in (False, True, 2):
        torch.manual_seed(1)
        model.zero_grad()
        model(videos).square().sum().backward()
        grads.append([parameter.grad.clone() for parameter in model.parameters()])
    for plain, *checkpointed in zip(*grads, strict=True):
        for grad in checkpointed:
            torch.testing.assert_close(plain, grad)


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
        (dict(attention_type='space_only'), "'space_only'; choose from trajectory"),
    ],
)
def test_refuses_options_that_do_not_fit(options, words):
    with pytest.raises(InputError, match=words):
        Motionformer(**{**SMALL, **options})


def test_refuses_an_odd_number_of_frames():
    with pytest.raises(InputError, match='5 frames'):
        Motionformer(**SMALL)(torch.zeros(1, 3, 5, 32, 48))


@pytest.mark.parametrize('approximation', ['nystrom', 'orthoformer', 'performer'])
def test_approximations_are_deterministic_train_and_come_near(approximation):
    videos = torch.randn(2, 3, 6, 32, 48, dtype=torch.float64)
    exact = random_model().eval()(videos)
    errors = []
    for num_landmarks in (1, 6):
        first, second = (random_model(approximation=approximation, num_landmarks=num_landmarks) for _ in range(2))
        torch.testing.assert_close(first.eval()(videos), second.eval()(videos), rtol=0, atol=0)
        errors.append((first(videos) - exact).norm().item())
        first.train()(videos).sum().backward()
        assert all(parameter.grad is not None for parameter in first.parameters())
    assert first.state_dict().keys() == random_model().state_dict().keys()  # published weights can be used
    if approximation == 'nystrom':
        assert errors[1] < errors[0]


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        (dict(approximation='nystrom', num_landmarks=7), 'a frame has 6'),
        (dict(approximation='orthoformer', num_landmarks=19), '3 frames have 18'),
        (dict(approximation='nystrom', attention_type='joint'), 'needs attention_type trajectory, got joint'),
        (dict(approximation='sparse'), "'sparse'; choose from nystrom"),
        (dict(pos_embed_type='learned'), "'learned'; choose from separate"),
    ],
)
def test_refuses_approximations_and_embeddings_that_do_not_fit(options, words):
    with pytest.raises(InputError, match=words):
        Motionformer(**{**SMALL, **options})


def test_joint_embedding_that_is_the_sum_of_separate_ones_gives_the_same():
    separate, joint = random_model().eval(), random_model(pos_embed_type='joint').eval()
    assert not hasattr(joint, 'temp_embed') and not hasattr(joint, 'pos_embed')
    state = separate.state_dict()
    patches = (state.pop('temp_embed')[:, :, None] + state['pos_embed'][:, None, 1:]).flatten(1, 2)
    state['st_embed'] = torch.cat((state.pop('pos_embed')[:, :1], patches), dim=1)
    joint.load_state_dict(state)
    for frames, height, width in ((6, 32, 48), (4, 32, 48), (12, 64, 64)):
        videos = torch.randn(1, 3, frames, height, width, dtype=torch.float64)
        torch.testing.assert_close(joint(videos), separate(videos))


def test_joint_embedding_starts_random_and_in_waves():
    model = Motionformer(**SMALL, pos_embed_type='joint')
    model.init_weights()
    assert model.st_embed.std().item() == pytest.approx(0.02, rel=0.2)
    model = Motionformer(**SMALL, pos_embed_type='joint', init_cfg=dict(type='mmaction_vt.FromScratch'))
    model.init_weights()
    assert torch.cdist(model.st_embed[0, 1:], model.st_embed[0, 1:]).fill_diagonal_(torch.inf).min() > 0.1


@pytest.mark.parametrize(
    ('sizes', 'words'),
    [
        (dict(img_size=32, num_frames=12), 'from 3x2x2 to 6x2x2'),
        (dict(img_size=64, num_frames=6), 'from 3x2x2 to 3x4x4'),
    ],
)
def test_published_joint_embedding_is_read_and_resized(sizes, words, tmp_path):
    """The published file also holds the separate embeddings, which its model does not use."""
    source = random_model(pos_embed_type='joint', img_size=32).eval()
    state = {key: value.float() for key, value in source.state_dict().items()}
    state |= {'pos_embed': torch.zeros(1, 5, 24), 'temp_embed': torch.zeros(1, 3, 24)}
    state |= {'head.weight': torch.randn(7, 24), 'head.bias': torch.randn(7)}
    state |= {'pre_logits.fc.weight': torch.randn(24, 24), 'pre_logits.fc.bias': torch.randn(24)}
    torch.save({'model_state': state}, tmp_path / 'joint.pyth')
    assert read_checkpoint(tmp_path / 'joint.pyth')['dropped'] == ['pos_embed', 'temp_embed']

    backbone = dict(type='mmaction_vt.Motionformer', pos_embed_type='joint', **{**SMALL, **sizes})
    head = dict(type='mmaction_vt.MotionformerHead', num_classes=7, in_channels=24)
    model = init_recognizer(dict(model=dict(type='Recognizer3D', backbone=backbone, cls_head=head)))
    fit = load_into(model, tmp_path / 'joint.pyth')
    assert len(fit.resized) == 1 and words in fit.resized[0]
    videos = torch.randn(1, 3, sizes['num_frames'], sizes['img_size'], sizes['img_size'])
    with torch.no_grad():
        torch.testing.assert_close(model.eval().backbone(videos), source.float()(videos))
