"""Features, gradients and published scores on the GPU against the CPU's, in float32 without TF32.

Errors are relative, norm of the difference over norm of the reference. TF32 alone gives about 5e-4.
"""

import copy

import pytest
import torch
from gpu_cases import BACKBONES, DEVICE, GPU, build_backbone, clips_for, relative_error

from mmaction_vt import init_recognizer
from mmaction_vt.models.heads import classifiers_of

pytestmark = GPU
FEATURES, GRADIENTS, LOGITS = 5e-5, 5e-4, 1e-4  # the last absolute, for logits of size 1; 1e-5 on a CPU
FAMILIES = ['TimeSformer divided_space_time', 'Motionformer trajectory', 'ViViT joint', 'DualFormer']
PARITY_CASES = [
    'dualformer', 'dualformer_16frames', 'dualformer_token_label',
    'motionformer_divided', 'motionformer_epic', 'motionformer_hr336', 'motionformer_joint',
    'motionformer_trajectory_original', 'motionformer_trajectory_projected',
    'timesformer_divided_space_time', 'timesformer_joint_space_time', 'timesformer_space_only',
    'videotransformer_timesformer_divided', 'videotransformer_timesformer_joint', 'videotransformer_vivit_joint',
]  # fmt: skip


@pytest.fixture(autouse=True)
def float32():
    """No TF32, neither in products nor in convolutions."""
    places = (torch.backends.cuda.matmul, torch.backends.cudnn)
    before = [place.allow_tf32 for place in places]
    for place in places:
        place.allow_tf32 = False
    yield
    for place, value in zip(places, before, strict=True):
        place.allow_tf32 = value


def pair(name, **options):
    """A backbone on the CPU and its copy on the GPU, with clips for them."""
    model = build_backbone(name, **options)
    clips = clips_for(name)
    return (model, clips), (copy.deepcopy(model).to(DEVICE), clips.to(DEVICE))


@pytest.mark.parametrize('name', BACKBONES)
def test_features(name):
    (model, clips), (twin, videos) = pair(name)
    with torch.no_grad():
        assert relative_error(twin.eval()(videos), model.eval()(clips)) < FEATURES
        if hasattr(model, 'out_type'):
            model.out_type = twin.out_type = 'featmap'
            assert relative_error(twin(videos), model(clips)) < FEATURES


@pytest.mark.parametrize('name', BACKBONES)
def test_gradients(name):
    (model, clips), (twin, videos) = pair(name)
    for module, inputs in ((model, clips), (twin, videos)):
        module.train()(inputs).square().mean().backward()
    ours, theirs = (
        torch.cat([parameter.grad.flatten().cpu() for parameter in module.parameters() if parameter.grad is not None])
        for module in (twin, model)
    )
    assert relative_error(ours, theirs) < GRADIENTS


@pytest.mark.parametrize('with_cp', [True, 2])
@pytest.mark.parametrize('name', FAMILIES)
def test_activation_checkpointing(name, with_cp):
    """The same gradients with dropped paths, which the second pass must drop again."""
    model = build_backbone(name, drop_path_rate=0.5).to(DEVICE).train()
    videos, grads = clips_for(name).to(DEVICE), []
    for model.with_cp in (False, with_cp):
        torch.manual_seed(3)
        model.zero_grad()
        model(videos).square().mean().backward()
        grads.append(torch.cat([parameter.grad.flatten() for parameter in model.parameters()]))
    assert relative_error(*grads[::-1]) < GRADIENTS


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
@pytest.mark.parametrize('name', BACKBONES)
def test_autocast(name, dtype):
    if DEVICE == 'cpu' and dtype == torch.float16:
        pytest.skip('float16 is for GPUs')
    if 'orthoformer' in name:
        pytest.skip('which queries are landmarks depends on rounding')
    (model, clips), (twin, videos) = pair(name)
    with torch.no_grad():
        wanted = model.eval()(clips)
        with torch.autocast(DEVICE, dtype):
            found = twin.eval()(videos)
    assert relative_error(found, wanted) < (0.05 if dtype == torch.bfloat16 else 0.01)


@pytest.mark.parametrize('memory_format', [torch.contiguous_format, torch.channels_last_3d])
def test_dualformer_in_any_memory_format(memory_format):
    (model, clips), (twin, videos) = pair('DualFormer')
    twin, videos = (part.to(memory_format=memory_format) for part in (twin, videos))
    with torch.no_grad():
        assert relative_error(twin.eval()(videos), model.eval()(clips)) < FEATURES


@pytest.mark.parametrize('name', PARITY_CASES)
def test_published_scores(name, parity):
    case = parity(name)
    model = init_recognizer(dict(model=settings_of(name, case.figures)), case.checkpoint, device=DEVICE)
    with torch.no_grad():
        scores = model.cls_head(model.backbone(case.input().to(DEVICE)))
    if 'expected' in case.figures:
        for task in classifiers_of(model.cls_head):
            wanted = torch.tensor(case.figures['expected'][task])
            torch.testing.assert_close(scores[task].cpu(), wanted, rtol=0, atol=LOGITS)
        return
    scores = scores[0] if isinstance(scores, tuple) else scores
    torch.testing.assert_close(scores.cpu(), case.logits(), rtol=0, atol=LOGITS)


def settings_of(name, figures):
    """The recognizer of a parity case."""
    if name.startswith('dualformer'):
        keys = ('video_size', 'embed_dims', 'num_heads', 'depths', 'local_sizes', 'fine_pysizes', 'coarse_pysizes')
    else:
        keys = ('img_size', 'patch_size', 'num_frames', 'embed_dims', 'num_layers', 'num_heads')
        keys += ('tubelet_size',) if 'motionformer' in name or 'vivit' in name else ()
        keys += () if 'vivit' in name else ('attention_type',)
    backbone = {key: figures[key] for key in keys if key in figures}
    backbone['type'] = f'mmaction_vt.{figures["family"]}'
    if name.startswith('videotransformer'):
        backbone['norm_eps'] = 1e-5
    backbone |= dict(project_values=True) if name.endswith('projected') else {}
    return dict(type='Recognizer3D', backbone=backbone, cls_head=head_of(name, figures))


def head_of(name, figures):
    dims, classes = figures['embed_dims'], len(figures['logits'][0]) if isinstance(figures['logits'], list) else None
    if name == 'motionformer_epic':
        return dict(type='mmaction_vt.VerbNounHead', num_verbs=97, num_nouns=300, in_channels=dims)
    if name.startswith('motionformer'):
        return dict(type='mmaction_vt.MotionformerHead', num_classes=classes, in_channels=dims)
    if name.startswith('dualformer'):
        kind = 'mmaction_vt.TokenLabelHead' if 'token' in name else 'I3DHead'
        return dict(type=kind, num_classes=classes, in_channels=dims[-1])
    return dict(type='TimeSformerHead', num_classes=classes, in_channels=dims)
