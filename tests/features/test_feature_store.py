"""Files of features: what is written is read again, resumed and never lost."""

import errno
import json

import numpy as np
import pytest
import torch

from mmaction_vt.errors import InputError
from mmaction_vt.features import FeatureStore, VideoFeatures, read_features, read_index
from mmaction_vt.features.store import check_place, relative_names
from mmaction_vt.utils import systems

OPTIONS = dict(config='c.py', checkpoint='c.pth', level='window', layer='backbone', pool='cls', views='mean')


def found(video, rows=3, **changes):
    features = torch.randn(rows, 4, generator=torch.Generator().manual_seed(len(video)))
    times = torch.arange(rows, dtype=torch.float64)[:, None] + torch.tensor([0.0, 1.25])
    return VideoFeatures(video, features, times, 29.97, 100)._replace(**changes)


@pytest.fixture(params=['safetensors', 'npz', 'hdf5'])
def place(request, tmp_path):
    """A place of each format, and the format."""
    if request.param == 'hdf5':
        pytest.importorskip('h5py')
        return tmp_path / 'out' / 'features.h5', request.param
    return tmp_path / 'out', request.param


def write(place, videos, options=OPTIONS, **changes):
    out, kind = place
    with FeatureStore(out, options, kind, **changes) as store:
        store.name([video.video for video in videos])
        for video in videos:
            store.add(video)
    return store


def test_what_is_written_is_read(place, tmp_path):
    videos = [found('/v/a/one.mp4'), found('/v/b/one.mp4', 5), found('/v/a/ünï.avi', times=None, fps=None)]
    write(place, videos)
    entries = read_index(place[0])
    assert [entry.video for entry in entries] == [video.video for video in videos]
    for entry, video in zip(entries, videos, strict=True):
        assert np.array_equal(entry.read(), video.features.numpy())
        assert (entry.fps, entry.num_frames, entry.shape) == (video.fps, 100, tuple(video.features.shape))
        assert entry.options == {**OPTIONS, 'dtype': 'float32', 'format': place[1]}
        vectors, times = entry.vectors()
        assert vectors.dtype == np.float32
        if video.times is None:
            assert times is None and entry.times is None
        else:
            assert np.array_equal(times, video.times.numpy()) and entry.times == video.times.tolist()
    assert not list(tmp_path.rglob('*.part'))


def test_names_are_paths_below_the_common_folder(tmp_path):
    assert relative_names(['/v/a/one.mp4', '/v/b/one.mp4']) == ['a/one', 'b/one']
    assert relative_names(['/v/one.x.mp4']) == ['one.x']
    write((tmp_path, 'npz'), [found('/v/one.mp4'), found('/v/One.avi'), found(f'/v/{"é" * 120}.mp4')])
    files = [entry.file for entry in read_index(tmp_path)]
    assert [file.name for file in files[:2]] == ['one.npz', 'One-2.npz']
    assert all(file.is_file() for file in files)


def test_16_bits(place):
    big = found('/v/big.mp4', features=torch.full((1, 4), 1e6))
    store = write(place, [found('/v/a.mp4'), big], dtype='float16')
    assert 'too large for float16' in store.failed['/v/big.mp4']
    (entry,) = read_index(place[0])
    assert entry.read().dtype == np.float16
    assert entry.read() == pytest.approx(found('/v/a.mp4').features.numpy(), abs=2e-3)


def test_resume_repeats_what_failed_and_what_was_lost(place):
    videos = [found('/v/a.mp4'), VideoFeatures('/v/b.mp4', None, error='it is broken'), found('/v/c.mp4')]
    write(place, videos)
    with pytest.raises(InputError, match='exists: --resume continues it, --overwrite replaces it'):
        write(place, videos)
    with pytest.raises(InputError, match='was written with other options: got pool cls, expected mean'):
        write(place, videos, {**OPTIONS, 'pool': 'mean'}, resume=True)
    if place[1] != 'hdf5':
        read_index(place[0])[1].file.unlink()
    store = write(place, [], resume=True)
    assert store.done == ({'/v/a.mp4', '/v/c.mp4'} if place[1] == 'hdf5' else {'/v/a.mp4'})
    write(place, [found('/v/b.mp4'), found('/v/c.mp4', 2)], resume=True)
    entries = {entry.video: entry for entry in read_index(place[0])}
    assert set(entries) == {'/v/a.mp4', '/v/b.mp4', '/v/c.mp4'}
    assert np.array_equal(entries['/v/a.mp4'].read(), videos[0].features.numpy())
    assert len(entries['/v/b.mp4'].read()) == 3 and len(entries['/v/c.mp4'].read()) == 2


def test_overwrite_removes_what_was_extracted(place):
    write(place, [found('/v/a.mp4'), found('/v/b.mp4')])
    old = read_index(place[0])[0].file
    write(place, [found('/w/c.mp4')], overwrite=True)
    assert [entry.video for entry in read_index(place[0])] == ['/w/c.mp4']
    assert old.exists() == (place[1] == 'hdf5')


def test_a_full_disk_loses_nothing(place, monkeypatch):
    write(place, [found('/v/a.mp4')])
    before = read_index(place[0])

    def refuse(_):
        raise OSError(errno.ENOSPC, 'No space left on device')

    monkeypatch.setattr(systems.os, 'fsync', refuse)
    with pytest.raises(InputError, match='cannot be written: No space left on device'):
        write(place, [found('/v/a.mp4', 5)], overwrite=True)
    assert read_index(place[0]) == before and before[0].read().shape == (3, 4)


def test_files_of_others_are_kept(tmp_path):
    (tmp_path / 'a.npz').write_bytes(b'mine')
    with pytest.raises(InputError, match=r'a\.npz exists: --overwrite'):
        write((tmp_path, 'npz'), [found('/v/a.mp4')])
    assert (tmp_path / 'a.npz').read_bytes() == b'mine'


def test_the_index_is_valid_after_each_video(place):
    out, kind = place
    with FeatureStore(out, OPTIONS, kind) as store:
        for count in range(1, 4):
            store.add(found(f'/v/{"a" * count}.mp4'))
            entries = read_index(out)
            assert len(entries) == count and all(entry.read().shape == (3, 4) for entry in entries)


def test_an_index_that_was_cut_off(tmp_path):
    write((tmp_path, 'npz'), [found('/v/a.mp4'), found('/v/b.mp4')])
    index = tmp_path / 'index.jsonl'
    index.write_bytes(index.read_bytes()[:-30])
    assert [entry.video for entry in read_index(tmp_path)] == ['/v/a.mp4']


@pytest.mark.parametrize(
    ('out', 'kind', 'message'),
    [
        ('out', 'hdf5', r'--format hdf5 writes a file that ends in \.h5 or \.hdf5'),
        ('out.h5', 'npz', '--format npz writes a folder'),
        ('out', 'csv', "unknown format 'csv'"),
        ('', None, 'is empty'),
    ],
)
def test_bad_places_are_refused(out, kind, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=message):
        check_place(out, kind)


@pytest.mark.parametrize('text', ['no json', '[]', '{"video": 1}', '{"video": "a"}', '{"video": "a", "file": "b"}'])
def test_an_index_of_something_else(text, tmp_path):
    (tmp_path / 'index.jsonl').write_text(f'{text}\n{json.dumps(dict(video="v", file="f"))}\n')
    with pytest.raises(InputError, match='is not an index of features'):
        read_index(tmp_path)


@pytest.mark.parametrize('suffix', ['npz', 'safetensors', 'h5', 'txt'])
def test_files_of_something_else(suffix, tmp_path):
    if suffix == 'h5':
        pytest.importorskip('h5py')
    path = tmp_path / f'a.{suffix}'
    path.write_bytes(b'something else')
    with pytest.raises(
        InputError, match='is not a file of features' if suffix != 'txt' else 'a file of features ends in'
    ):
        read_features(path, 'a')
    with pytest.raises(InputError, match='does not exist'):
        read_features(tmp_path / f'nowhere.{suffix}')
