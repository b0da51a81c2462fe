"""tools/extract_features.py, tools/search_features.py and tools/features_to_actionformer.py."""

import json
import shutil
import sys

import numpy as np
import pytest
import torch

from mmaction_vt import FeatureExtractor, init_recognizer
from mmaction_vt.features import extractor as extractor_module
from mmaction_vt.features import read_index
from mmaction_vt.features.pieces import read_clips
from mmaction_vt.visualization.explain.model_input import prepare, read_views

EXTRACT, SEARCH, LAYOUT = 'tools/extract_features.py', 'tools/search_features.py', 'tools/features_to_actionformer.py'


@pytest.fixture
def model(tiny_config, tmp_path):
    """The arguments for a config and a checkpoint with random weights."""
    torch.manual_seed(0)
    model = init_recognizer(tiny_config)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    torch.save({'state_dict': model.state_dict()}, tmp_path / 'model.pth')
    return [tiny_config, tmp_path / 'model.pth']


@pytest.fixture
def folder(tiny_data, tmp_path):
    """Two videos, one in a folder below, and one that is broken."""
    folder = tmp_path / 'some videos'
    (folder / 'below').mkdir(parents=True)
    shutil.copy(tiny_data / '0.mp4', folder / 'new\nline.mp4')
    shutil.copy(tiny_data / '1.mp4', folder / 'below' / '1.mp4')
    (folder / 'zero.mp4').touch()
    return folder


def rows_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_features_of_a_list_are_those_of_the_backbone(model, run_program, tiny_data, tmp_path):
    run_program(EXTRACT, *model, tiny_data / 'list.txt', '--root', tiny_data, '--out', tmp_path / 'out',
                '--batch-size', 3, '--num-workers', 1)  # fmt: skip
    recognizer = init_recognizer(*model)
    entries = read_index(tmp_path / 'out')
    assert [entry.file.name for entry in entries] == [f'{index}.safetensors' for index in range(7)]
    for entry in entries:
        with torch.no_grad():
            expected = recognizer.backbone(prepare(recognizer, read_views(recognizer.cfg, entry.video))).mean(0)
        assert entry.read() == pytest.approx(expected.numpy(), abs=1e-6)
        assert (entry.fps, entry.num_frames, entry.shape) == (30, 8, (32,))


def test_a_folder_with_a_broken_video_is_resumed(model, run_program, folder, tiny_data, tmp_path):
    arguments = [EXTRACT, *model, folder, '--out', tmp_path / 'out', '--level', 'window', '--stride', 2,
                 '--format', 'npz', '--dtype', 'float16', '--num-workers', 0]  # fmt: skip
    said = run_program(*arguments)
    assert 'out: features of 2 videos' in said and '1 could not be read; the reasons are in ' in said
    rows = {row['video']: row for row in rows_of(tmp_path / 'out' / 'index.jsonl')}
    assert 'cannot be read' in rows[str(folder / 'zero.mp4')]['error'] and len(rows) == 3
    row = rows[str(folder / 'new\nline.mp4')]
    assert row['file'] == 'new\nline.npz' and row['times'] == pytest.approx(
        np.array([[0, 4 / 30], [2 / 30, 6 / 30], [4 / 30, 8 / 30]]), abs=1e-4
    )
    assert (row['shape'], row['dtype'], row['stride'], row['layer']) == ([3, 32], 'float16', 2, 'backbone')
    assert rows[str(folder / 'below' / '1.mp4')]['file'] == 'below/1.npz'

    assert 'exists: --resume continues it' in run_program(*arguments, fails=True)
    shutil.copy(tiny_data / '3.mp4', folder / 'zero.mp4')
    said = run_program(*arguments, '--resume')
    assert '2 of 3 videos are already in' in said and 'features of 3 videos' in said
    assert len(read_index(tmp_path / 'out')) == 3
    assert 'other options: got stride 2, expected 4' in run_program(*arguments, '--resume', '--stride', 4, fails=True)


def test_an_interrupt_loses_nothing(model, run_program, folder, tmp_path, monkeypatch, capsys):
    calls = []

    def interrupt_at_the_second(*args):
        calls.append(args[-1])
        if len(calls) == 2:
            raise KeyboardInterrupt
        return read_clips(*args)

    monkeypatch.setattr(extractor_module, 'read_clips', interrupt_at_the_second)
    with pytest.raises(SystemExit) as end:
        run_program(EXTRACT, *model, folder, '--out', tmp_path / 'out', '--num-workers', 0)
    assert end.value.code == 130 and 'resume with --resume' in capsys.readouterr().err
    assert [entry.video for entry in read_index(tmp_path / 'out')] == calls[:1]


def test_one_hdf5_file(model, run_program, folder, tmp_path):
    h5py = pytest.importorskip('h5py')
    run_program(EXTRACT, *model, folder, '--out', tmp_path / 'out.h5', '--level', 'frame', '--num-workers', 0)
    with h5py.File(tmp_path / 'out.h5') as file:
        assert file['below/1/features'].shape == (8, 32) and file['below/1/times'].shape == (8, 2)
        assert file['below/1'].attrs['level'] == 'frame' and file['below/1'].attrs['fps'] == 30
    assert len(read_index(tmp_path / 'out.h5')) == 2


def test_similar_moments_are_printed(model, run_program, tiny_data, tmp_path):
    """Videos of even and odd numbers are dark and bright."""
    out = tmp_path / 'out'
    run_program(EXTRACT, *model, tiny_data, '--out', out, '--level', 'window', '--num-workers', 0)
    entries = read_index(out)
    vectors = np.stack([entry.vectors()[0] for entry in entries])  # (7, 2, C)
    vectors /= np.linalg.norm(vectors, axis=2, keepdims=True)
    query = vectors[0].mean(0) / np.linalg.norm(vectors[0].mean(0))
    expected = sorted(((video @ query).max().item(), index) for index, video in enumerate(vectors) if index)[::-1]

    said = run_program(SEARCH, out, tiny_data / '0.mp4', '--top-k', 20)
    lines = [line.split() for line in said.splitlines()]
    assert len(lines) == 12 and lines[0][4] == str(tiny_data / f'{expected[0][1]}.mp4')
    assert float(lines[0][0]) == pytest.approx(expected[0][0], abs=1e-4)
    assert {tuple(line[1:4]) for line in lines} == {('0.00', '-', '0.13'), ('0.13', '-', '0.27')}
    # The same from its file, and from a copy of the video, whose features are extracted as the others were.
    assert run_program(SEARCH, out, out / '0.safetensors', '--top-k', 20) == said
    shutil.copy(tiny_data / '0.mp4', tmp_path / 'copy.mp4')
    from_copy = run_program(SEARCH, out, tmp_path / 'copy.mp4', '--top-k', 20, '--device', 'cpu').splitlines()
    assert float(from_copy[0].split()[0]) == pytest.approx(1, abs=0.01) and from_copy[0].endswith('/0.mp4')
    assert [line for line in from_copy if not line.endswith('/0.mp4')] == said.splitlines()

    assert 'must be after --start' in run_program(
        SEARCH, out, tiny_data / '0.mp4', '--start', 2, '--end', 1, fails=True
    )
    assert 'no features between 5 and' in run_program(SEARCH, out, tiny_data / '0.mp4', '--start', 5, fails=True)
    assert 'does not exist' in run_program(SEARCH, out, tmp_path / 'nowhere.mp4', fails=True)
    assert 'index.jsonl does not exist' in run_program(SEARCH, tmp_path, tiny_data / '0.mp4', fails=True)


def test_an_index_of_faiss_is_built_once(model, run_program, tiny_data, tmp_path):
    pytest.importorskip('faiss')
    run_program(EXTRACT, *model, tiny_data, '--out', tmp_path / 'out', '--level', 'window', '--num-workers', 0)
    arguments = [SEARCH, tmp_path / 'out', tiny_data / '0.mp4', '--top-k', 20]
    plain = sorted(run_program(*arguments).splitlines())
    arguments += ['--index', tmp_path / 'index.faiss']
    assert sorted(run_program(*arguments).splitlines()) == plain
    before = (tmp_path / 'index.faiss').stat().st_mtime_ns
    assert sorted(run_program(*arguments).splitlines()) == plain
    assert (tmp_path / 'index.faiss').stat().st_mtime_ns == before
    run_program(*arguments, '--overwrite')
    assert (tmp_path / 'index.faiss').stat().st_mtime_ns != before


def test_without_faiss_and_h5py(model, run_program, tiny_data, tmp_path, monkeypatch):
    for name in ('faiss', 'h5py'):
        monkeypatch.setitem(sys.modules, name, None)
    run_program(EXTRACT, *model, tiny_data, '--out', tmp_path / 'out', '--num-workers', 0)
    message = run_program(SEARCH, tmp_path / 'out', tiny_data / '0.mp4', '--index', tmp_path / 'i', fails=True)
    assert '--index needs the package faiss: pip install faiss-cpu' in message
    message = run_program(EXTRACT, *model, tiny_data / '0.mp4', '--out', tmp_path / 'o.h5', fails=True)
    assert 'HDF5 needs the package h5py: pip install h5py' in message and not (tmp_path / 'o.h5').exists()


def test_the_layout_of_actionformer(model, run_program, tiny_data, tmp_path):
    window = ('--level', 'window', '--window', 4, '--stride', 2)
    run_program(EXTRACT, *model, tiny_data, '--out', tmp_path / 'out', *window, '--num-workers', 0)
    actions = dict(database={'0': dict(subset='train', annotations=[dict(segment=[0, 0.1], label='a')])})
    (tmp_path / 'actions.json').write_text(json.dumps(actions))
    arguments = [LAYOUT, tmp_path / 'out', tmp_path / 'layout', '--annotations', tmp_path / 'actions.json']
    assert '7 videos, 1 annotations' in run_program(*arguments)
    assert np.load(tmp_path / 'layout' / 'features' / '0.npy').shape == (3, 32)
    assert str(tmp_path / 'layout' / 'features') in (tmp_path / 'layout' / 'dataset.yaml').read_text()
    assert 'exists and is not empty: --overwrite' in run_program(*arguments, fails=True)
    run_program(*arguments, '--overwrite', '--subset', 'validation')
    database = json.loads((tmp_path / 'layout' / 'annotations.json').read_text())['database']
    assert {name: video['subset'] for name, video in database.items()} == {
        str(index): 'validation' if index else 'train' for index in range(7)
    }


def test_bad_input(model, run_program, folder, tiny_data, tmp_path):
    def fails(*arguments, out='out'):
        return run_program(EXTRACT, *model, *arguments, '--out', tmp_path / out, '--num-workers', 0, fails=True)

    assert 'none of the 1 videos could be read' in fails(folder / 'zero.mp4')
    assert 'out/index.jsonl has no features' in run_program(SEARCH, tmp_path / 'out', folder / 'zero.mp4', fails=True)
    assert 'does not exist: give videos, folders' in fails(tmp_path / 'nowhere', out='a')
    assert 'have no mean' in fails(folder, '--pool', 'map', '--views', 'mean', out='a')
    assert 'window is for level window' in fails(folder, '--window', 4, out='a')
    assert 'unknown layer backbone/block: backbone has' in fails(folder, '--layer', 'backbone/block', out='a')
    assert '--format hdf5 writes a file that ends in .h5' in fails(folder, '--format', 'hdf5', out='a')
    assert 'is a file: expected a folder' in fails(folder, out='model.pth')
    assert not (tmp_path / 'a').exists()


def test_the_python_interface_is_the_program(model, run_program, tiny_data, tmp_path):
    options = ('--layer', 'backbone/blocks/0', '--pool', 'map', '--views', 'middle')
    run_program(EXTRACT, *model, tiny_data / '0.mp4', '--out', tmp_path / 'out', *options, '--num-workers', 0)
    extract = FeatureExtractor(*model, layer='backbone/blocks/0', pool='map', views='middle', device='cpu')
    found = extract(tiny_data / '0.mp4')
    assert found.features.shape == (32, 4, 2, 2)
    (entry,) = read_index(tmp_path / 'out')
    assert np.array_equal(entry.read(), found.features.numpy())
    assert repr(found).endswith("0.mp4', (32, 4, 2, 2))")
