"""A name in, a class name out: the weights come from a server on this machine in place of the authors'."""

import pytest
import torch
from web_server import answer, file, page, serve

from mmaction_vt import VideoInferencer, create_model, init_recognizer, zoo
from mmaction_vt.class_names import read_class_names
from mmaction_vt.errors import InputError

TINY = 'timesformer_divST_moving_shapes'
TRAINED = 'tests/data/trained/timesformer_divST_moving_shapes.pth'
FULL_SIZE = [
    'timesformer_divST_8x32_224_kinetics400',
    'motionformer_224_16x4_kinetics400',
    'dualformer_tiny_patch244_window877_kinetics400_1k',
    'vivit_b_16x2_fe_kinetics400',
]


@pytest.fixture
def published(tmp_path, monkeypatch):
    """A function that lets the authors of a model publish some content, or an answer of their server."""
    monkeypatch.setenv('no_proxy', '*')
    monkeypatch.setattr(torch.hub, 'get_dir', lambda: str(tmp_path / 'hub'))
    files = dict(zoo.published_files())
    monkeypatch.setattr(zoo, 'published_files', lambda: files)
    with serve() as server:

        def publish(name, route, sha256=None):
            server.routes['/weights.pth'] = route
            address = server.address('/weights.pth')
            files[name] = zoo.PublishedFile(address, 'https://github.com/authors/model', 'a licence', sha256)

        yield publish


def test_every_program_takes_a_name(published, request, run_program, video, tmp_path):
    published(TINY, file((request.config.rootpath / TRAINED).read_bytes()))
    out = run_program('demo/demo.py', TINY, 'published', video, '--out-filename', tmp_path / 'a.gif')
    assert any(name in out for name in read_class_names('moving_shapes'))
    out = run_program('demo/demo_gradcam.py', TINY, 'published', video, '--out-filename', tmp_path / 'b.png')
    assert out.split(':')[0] in read_class_names('moving_shapes')
    run_program('tools/predict.py', TINY, 'published', video, '--out', tmp_path / 'c.csv', '--workers', 0)
    header, row = (tmp_path / 'c.csv').read_text().splitlines()
    assert 'label_1' in header and row.split(',')[2] in read_class_names('moving_shapes')
    out = run_program('tools/deployment/export.py', TINY, 'published', '--out', tmp_path / 'd.pt2', '--no-check')
    assert 'Wrote' in out
    assert 'divided' not in run_program('tools/analysis/get_flops.py', TINY)


def test_a_file_that_was_put_there_by_hand_comes_first(published, request, tmp_path):
    published(TINY, page('nothing here', status=404))
    place = tmp_path / 'hub' / 'checkpoints' / 'mmaction_vt' / f'{TINY}.pth'
    with pytest.raises(InputError) as error:
        create_model(TINY, 'published')
    assert str(place) in str(error.value) and 'linked at https://github.com/authors/model' in str(error.value)
    place.parent.mkdir(parents=True)
    place.write_bytes((request.config.rootpath / TRAINED).read_bytes())
    expected = init_recognizer(TINY, request.config.rootpath / TRAINED)
    assert torch.equal(create_model(TINY, 'published').backbone.pos_embed, expected.backbone.pos_embed)


@pytest.mark.parametrize(
    ('route', 'sha256', 'reason'),
    [
        (page('no such file', status=404), None, '404'),
        (page('not for you', status=403), None, '403'),
        (page('<!DOCTYPE html><html><title>Sign in</title></html>'), None, 'web page'),
        (answer(b'x' * 1000, cut=500), None, '500'),
        (file(b'x' * 1000), 'ab' * 32, 'SHA-256'),
    ],
)
def test_what_a_server_may_answer(published, monkeypatch, route, sha256, reason):
    from mmaction_vt.checkpoints.downloads import download

    monkeypatch.setattr(download, 'WAITS', (0, 0))
    published(TINY, route, sha256)
    with pytest.raises(InputError, match=reason) as error:
        VideoInferencer(TINY, 'published')
    assert f'weights of {TINY} could not be fetched' in str(error.value) and '\n' not in str(error.value)


@pytest.mark.slow
@pytest.mark.parametrize('name', FULL_SIZE)
def test_full_size(published, video, tmp_path, name):
    torch.manual_seed(0)
    recognizer = init_recognizer(name)
    torch.save({'state_dict': recognizer.state_dict()}, tmp_path / 'weights.pth')
    published(name, file((tmp_path / 'weights.pth').read_bytes()))
    infer = VideoInferencer(name, 'published', one_view=True)
    (prediction,) = infer([video])
    best = infer.best(prediction, 1)['class'][0]
    assert best.label == read_class_names('kinetics400')[int(prediction.scores['class'].argmax())]
    for key, value in recognizer.state_dict().items():
        assert torch.equal(infer.model.state_dict()[key], value)
