"""SECURITY.md: archives are read and never unpacked, and pickles run no code."""

import io
import json
import os
import pickle
import tarfile

import numpy as np
import pytest

from mmaction_vt.datasets.token_label_store import Arrays, TokenLabelStore
from mmaction_vt.datasets.video_shards import VideoShards
from mmaction_vt.errors import InputError
from mmaction_vt.evaluation.predictions import read_report


class RunsCode:
    def __init__(self, folder):
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (str(self.folder),)


def write_shard(folder, members):
    with tarfile.open(folder / '0.tar', 'w') as tar:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        link = tarfile.TarInfo('../link')
        link.type, link.linkname = tarfile.SYMTYPE, '/etc'
        tar.addfile(link)


def test_a_shard_is_never_unpacked_and_its_pickles_are_not_loaded(tmp_path):
    pytest.importorskip('webdataset')
    folder, made = tmp_path / 'shards', tmp_path / 'made'
    folder.mkdir()
    pickled = pickle.dumps(RunsCode(made))
    names = ('../0.mp4', '/0.mp4', '../../0.cls', '0.pyd', '0.pkl', '0.pth', '0.mp4', '0.cls')
    write_shard(folder, {name: b'0' if name.endswith('cls') else pickled for name in names})
    (folder / 'shards.json').write_text(json.dumps({'0.tar': 1}))
    shards = VideoShards(str(folder), [], shuffle=0)
    with pytest.raises(InputError):
        list(shards)
    assert sorted(path.name for path in tmp_path.rglob('*')) == ['0.tar', 'shards', 'shards.json']


@pytest.mark.parametrize(
    'name', ['../0.tar', '/0.tar', 'a/0.tar', 'pipe:touch made', '', '..', '{0..9}.tar', 'a\n', '::']
)
def test_a_list_of_shards_names_files_beside_it(tmp_path, monkeypatch, name):
    pytest.importorskip('webdataset')
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'shards.json').write_text(json.dumps({name: 1}))
    with pytest.raises(InputError, match=r'has no valid shards\.json'):
        VideoShards(str(tmp_path), [])
    assert not (tmp_path / 'made').exists()


def test_a_report_is_a_pickle_of_plain_values(tmp_path):
    (tmp_path / 'report.pkl').write_bytes(pickle.dumps(RunsCode(tmp_path / 'made')))
    with pytest.raises(InputError, match='is not a report'):
        read_report(tmp_path / 'report.pkl')
    assert not (tmp_path / 'made').exists()


def test_token_labels_are_arrays_of_numbers(tmp_path):
    store = TokenLabelStore.__new__(TokenLabelStore)
    store.folder, store._arrays = tmp_path, None
    for name in Arrays._fields:
        np.save(tmp_path / f'{name}.npy', np.array([RunsCode(tmp_path / 'made')], object), allow_pickle=True)
    with pytest.raises(ValueError, match=r'memory-mapped|allow_pickle|corrupt'):
        store.arrays()
    assert not (tmp_path / 'made').exists()
