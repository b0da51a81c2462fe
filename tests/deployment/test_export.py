"""Files that run without this package give the model's scores, or are not there."""

import io
import json
from pathlib import Path

import onnxruntime
import pytest
import torch
from tiny_models import TINY_DUALFORMER, preprocessor
from torch import nn

from mmaction_vt import init_recognizer
from mmaction_vt.deployment import export, export_recognizer, onnx_file, torch_file
from mmaction_vt.errors import InputError
from mmaction_vt.models.layers import TrajectoryAttention

SIZES = dict(img_size=32, patch_size=16, num_frames=4, embed_dims=32, num_layers=2, num_heads=2)
PROGRAM = 'tools/deployment/export.py'
HEADS = {
    'TimeSformer': dict(type='TimeSformerHead', num_classes=5, in_channels=32),
    'ViViT': dict(type='TimeSformerHead', num_classes=5, in_channels=32),
    'VideoMAE': dict(type='TimeSformerHead', num_classes=5, in_channels=32),
    'VJEPA2': dict(type='mmaction_vt.AttentiveHead', num_classes=5, in_channels=32, num_heads=2, num_blocks=1),
    'Motionformer': dict(type='mmaction_vt.MotionformerHead', num_classes=5, in_channels=32),
    'DualFormer': dict(type='I3DHead', num_classes=5, in_channels=16),
}
VERB_NOUN = dict(type='mmaction_vt.VerbNounHead', num_verbs=4, num_nouns=6, in_channels=32)
TOKEN_LABEL = dict(type='mmaction_vt.TokenLabelHead', num_classes=5, in_channels=16)
CASES = {
    'timesformer_divided': ('TimeSformer', {}),
    'timesformer_joint': ('TimeSformer', dict(attention_type='joint_space_time')),
    'timesformer_space': ('TimeSformer', dict(attention_type='space_only')),
    'trajectory': ('Motionformer', {}),
    'trajectory_projected': ('Motionformer', dict(project_values=True)),
    'motionformer_joint': ('Motionformer', dict(attention_type='joint')),
    'motionformer_divided': ('Motionformer', dict(attention_type='divided')),
    'nystrom': ('Motionformer', dict(approximation='nystrom', num_landmarks=3)),
    'orthoformer': ('Motionformer', dict(approximation='orthoformer', num_landmarks=3)),
    'performer': ('Motionformer', dict(approximation='performer', num_landmarks=16)),
    'verb_noun': ('Motionformer', dict(head=VERB_NOUN)),
    'vivit_1': ('ViViT', {}),
    'vivit_2': ('ViViT', dict(attention_type='factorised_encoder', num_temporal_layers=2)),
    'vivit_3': ('ViViT', dict(attention_type='factorised_self_attention')),
    'vivit_4': ('ViViT', dict(attention_type='factorised_dot_product')),
    'videomae': ('VideoMAE', {}),
    'vjepa2': ('VJEPA2', {}),
    'dualformer': ('DualFormer', {}),
    'token_label': ('DualFormer', dict(head=TOKEN_LABEL)),
}
# ONNX export of these differs little from that of others, and is a slow test.
VARIANTS = (
    'motionformer_divided',
    'orthoformer',
    'performer',
    'timesformer_joint',
    'token_label',
    'trajectory_projected',
    'vivit_3',
    'vivit_4',
)
# torch.export of the others, which ONNX export uses too, is a slow test.
ONE_OF_A_FAMILY = ('timesformer_divided', 'trajectory', 'verb_noun', 'vivit_1', 'vivit_2', 'vjepa2', 'dualformer')


def build(family, head=None, **options):
    sizes = TINY_DUALFORMER if family == 'DualFormer' else SIZES
    backbone = {**sizes, 'type': f'mmaction_vt.{family}', **options}
    parts = dict(backbone=backbone, cls_head=head or HEADS[family], data_preprocessor=preprocessor(std=(58, 57, 56)))
    torch.manual_seed(0)
    model = init_recognizer(
        dict(model=dict(type='Recognizer3D', **parts), test_pipeline=[dict(type='A', sizes=(1, 2))])
    )
    for parameter in model.parameters():
        parameter.data.add_(0.2 * torch.randn_like(parameter))
    return model


def own_scores(model, clips):
    """Scores of the classes by output, from the model itself."""
    with torch.no_grad():
        scores = model.cls_head(model.backbone(clips))
    scores = scores[0] if isinstance(scores, tuple) else scores  # a head with token labels
    return scores if isinstance(scores, dict) else dict(scores=scores)


def session_of(path):
    return onnxruntime.InferenceSession(str(path), providers=['CPUExecutionProvider'])


def assert_same(run, model, softmax=False):
    for count in (1, 2, 5):
        clips = torch.randn(count, 3, 4, 32, 32) + 2 * torch.randn(count, 3, 1, 1, 1)
        expected = own_scores(model, clips)
        given = run(clips)
        assert given.keys() == expected.keys()
        for name, values in expected.items():
            assert count == 1 or values.std(0).max() > 1e-2  # scores that do not depend on the clip prove nothing
            values = values.softmax(-1) if softmax else values
            torch.testing.assert_close(torch.as_tensor(given[name]), values, rtol=0, atol=1e-4)


@pytest.mark.parametrize(
    'case', [pytest.param(case, marks=pytest.mark.slow) if case in VARIANTS else case for case in CASES]
)
def test_onnx(case, tmp_path):
    family, options = CASES[case]
    model, path = build(family, **options), tmp_path / 'model.onnx'
    report = export_recognizer(model, path, check=False)
    assert report.difference is None and report.num_bytes == path.stat().st_size
    session = session_of(path)
    assert [(value.name, value.shape) for value in session.get_inputs()] == [('clips', ['batch', 3, 4, 32, 32])]
    names = [value.name for value in session.get_outputs()]
    assert [list(value.shape) for value in session.get_outputs()] == [['batch', n] for n in report.num_classes.values()]
    assert_same(lambda clips: dict(zip(names, session.run(None, {'clips': clips.numpy()}), strict=True)), model)


@pytest.mark.parametrize(
    'case', [case if case in ONE_OF_A_FAMILY else pytest.param(case, marks=pytest.mark.slow) for case in CASES]
)
def test_torch_export(case, tmp_path):
    family, options = CASES[case]
    model, path = build(family, **options), tmp_path / 'model.pt2'
    report = export_recognizer(model, path, softmax=True)
    assert report.difference <= export.TOLERANCE
    program = torch.export.load(path).module()
    assert_same(program, model, softmax=True)


def test_trajectories_of_a_batch_are_those_of_its_samples():
    """The graph is traced over whole batches, the model takes them apart."""
    for options in (dict(), dict(project_values=True), dict(approximation='nystrom', num_landmarks=3)):
        model, clips = build('Motionformer', **options), torch.randn(3, 3, 4, 32, 32)
        whole = own_scores(model, clips)['scores']
        for layer in model.modules():
            if isinstance(layer, TrajectoryAttention):
                layer.in_parts = False
        torch.testing.assert_close(own_scores(model, clips)['scores'], whole, rtol=0, atol=1e-5)


def test_published_scores_come_out_of_the_file(parity, tmp_path):
    """The checkpoint as it is published, merged, in ONNX, gives what the published code computed."""
    case = parity('timesformer_divided_space_time')
    figures = case.figures
    names = ('attention_type', 'img_size', 'patch_size', 'num_frames', 'embed_dims', 'num_layers', 'num_heads')
    backbone = dict(type='mmaction_vt.TimeSformer', **{name: figures[name] for name in names})
    head = dict(type='TimeSformerHead', num_classes=figures['num_classes'], in_channels=figures['embed_dims'])
    config = dict(model=dict(type='Recognizer3D', backbone=backbone, cls_head=head))
    report = export_recognizer(init_recognizer(config, case.checkpoint), tmp_path / 'model.onnx', fuse=True)
    assert report.merged == figures['num_layers'] and report.difference <= export.TOLERANCE
    (scores,) = session_of(tmp_path / 'model.onnx').run(None, {'clips': case.input().numpy()})
    torch.testing.assert_close(torch.from_numpy(scores), case.logits(), rtol=0, atol=1e-4)


@pytest.mark.parametrize('suffix', ['onnx', 'pt2'])
def test_the_file_tells_how_clips_are_prepared(suffix, tmp_path):
    model, path = build('TimeSformer', head=dict(HEADS['TimeSformer'], num_classes=2)), tmp_path / f'model.{suffix}'
    export_recognizer(model, path, softmax=True, labels=['left', 'right'], clip_shape=(2, 48, 32))
    if suffix == 'onnx':
        facts = {
            name: json.loads(value) for name, value in session_of(path).get_modelmeta().custom_metadata_map.items()
        }
    else:
        files = {torch_file.METADATA_FILE: ''}
        torch.export.load(path, extra_files=files)
        facts = json.loads(files[torch_file.METADATA_FILE])
    version = facts.pop('mmaction_vt')
    assert version
    assert facts == dict(
        model='TimeSformer',
        clip_shape=[3, 2, 48, 32],
        channel_order='rgb',
        mean=[114.75] * 3,
        std=[58, 57, 56],
        num_classes=dict(scores=2),
        output='probabilities',
        labels=['left', 'right'],
        test_pipeline=[dict(type='A', sizes=[1, 2])],
    )


@pytest.mark.slow
@pytest.mark.parametrize('opset', [onnx_file.OPSETS[0], onnx_file.OPSETS[-1]])
def test_opsets(opset, tmp_path):
    import onnx

    export_recognizer(build('TimeSformer'), tmp_path / 'model.onnx', opset=opset)
    (own,) = [entry.version for entry in onnx.load(tmp_path / 'model.onnx').opset_import if not entry.domain]
    assert own == opset


@pytest.mark.parametrize('suffix', ['onnx', 'pt2'])
def test_wrong_scores_are_not_written(suffix, tmp_path, monkeypatch):
    """A file whose weights are not the model's: what was there before stays, and nothing else appears."""
    path, model = tmp_path / f'model.{suffix}', build('TimeSformer')
    path.write_bytes(b'before')
    trace = torch_file.trace

    def trace_another(scorer, clip_shape):
        program = trace(scorer, clip_shape)
        program.state_dict['cls_head.fc_cls.bias'].add_(2e-4)
        return program

    monkeypatch.setattr(torch_file, 'trace', trace_another)
    with pytest.raises(InputError, match=r'differ from the model.s by 2\.\de-04, more than 1e-04'):
        export_recognizer(model, path)
    assert [file.name for file in tmp_path.iterdir()] == [path.name] and path.read_bytes() == b'before'


def test_scores_that_are_no_numbers_are_not_written(tmp_path):
    model = build('TimeSformer')
    nn.init.constant_(model.cls_head.fc_cls.bias, float('nan'))
    with pytest.raises(InputError, match='s by nan'):
        export_recognizer(model, tmp_path / 'model.pt2')
    assert not list(tmp_path.iterdir())


def test_a_disk_that_is_full(tmp_path, monkeypatch):
    def refuse(file, content):
        with Path('/dev/full').open('wb', buffering=0) as full:  # refuses every write as a full disk does
            full.write(content)

    monkeypatch.setattr(Path, 'write_bytes', refuse)
    with pytest.raises(InputError, match=r'model\.pt2 \(.* MB\) cannot be written: No space left on device'):
        export_recognizer(build('TimeSformer'), tmp_path / 'model.pt2', check=False)
    assert not list(tmp_path.iterdir())


def test_other_models_are_refused(tmp_path):
    model = build('TimeSformer')
    with pytest.raises(InputError, match='not Linear'):
        export_recognizer(nn.Linear(2, 2), tmp_path / 'model.pt2')
    model.neck = nn.Identity()
    with pytest.raises(InputError, match='without a neck'):
        export_recognizer(model, tmp_path / 'model.pt2')


@pytest.fixture
def checkpoint(tiny_config, tmp_path):
    path = tmp_path / 'tiny.pth'
    torch.save(dict(state_dict=init_recognizer(tiny_config).state_dict()), path)
    return path


def test_the_program(run_program, tiny_config, checkpoint, tmp_path):
    labels, path = tmp_path / 'labels.txt', tmp_path / 'new' / 'model.onnx'
    labels.write_text('dark\nbright\n')
    printed = run_program(PROGRAM, tiny_config, checkpoint, '--out', path, '--fuse', '--label-file', labels)
    assert 'clips (N, 3, 4, 32, 32) to scores (N, 2)' in printed
    assert 'Fused layers: 2' in printed and "Scores differ from the model's by at most" in printed
    assert [file.name for file in path.parent.iterdir()] == ['model.onnx']
    clips = torch.randn(3, 3, 4, 32, 32)
    model = init_recognizer(tiny_config, checkpoint)
    (scores,) = session_of(path).run(None, {'clips': clips.numpy()})
    expected = own_scores(model, clips)['scores']
    torch.testing.assert_close(torch.from_numpy(scores), expected, rtol=0, atol=1e-4)


def test_any_name_with_a_format(run_program, tiny_config, checkpoint, tmp_path):
    path = tmp_path / 'model.bin'
    printed = run_program(PROGRAM, tiny_config, checkpoint, '--out', path, '--format', 'torch', '--no-check')
    assert 'differ' not in printed
    assert torch.export.load(io.BytesIO(path.read_bytes())).module()(torch.zeros(3, 3, 4, 32, 32))['scores'].shape == (
        3,
        2,
    )


@pytest.mark.parametrize(
    ('options', 'sentence'),
    [
        (['--out', 'model.bin'], '--out must end in .onnx or .pt2'),
        (['--out', 'model.pt2', '--format', 'onnx'], 'does not fit the suffix .pt2'),
        (['--out', 'model.onnx', '--opset', '7'], '--opset must be from 18 to 23'),
        (['--out', 'model.pt2', '--opset', '20'], '--opset is for ONNX'),
        (['--out', 'model.pt2', '--shape', '4', '30', '32'], 'multiples of 16'),
        (['--out', 'model.pt2', '--cfg-options', 'model.cls_head.num_classes=3'], 'fc_cls'),
    ],
)
def test_what_does_not_fit_is_said(options, sentence, run_program, tiny_config, checkpoint, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert sentence in run_program(PROGRAM, tiny_config, checkpoint, *options, fails=True)
    assert not list(tmp_path.glob('model*'))


def test_labels_that_do_not_fit(run_program, tiny_config, checkpoint, tmp_path):
    (tmp_path / 'labels.txt').write_text('one\n')
    options = ['--out', tmp_path / 'model.pt2', '--label-file', tmp_path / 'labels.txt']
    assert 'got 1 class names, expected 2' in run_program(PROGRAM, tiny_config, checkpoint, *options, fails=True)


def test_packages_that_are_missing(run_program, tiny_config, checkpoint, tmp_path, monkeypatch):
    monkeypatch.setattr(onnx_file, 'PACKAGES', ('onnx', 'no_such_package', 'nor_such'))
    message = run_program(PROGRAM, tiny_config, checkpoint, '--out', tmp_path / 'model.onnx', fails=True)
    assert 'the packages no_such_package, nor_such (pip install "mmaction_vt[deploy]"' in message
    printed = run_program(PROGRAM, tiny_config, checkpoint, '--out', tmp_path / 'model.pt2')
    assert 'Wrote' in printed
