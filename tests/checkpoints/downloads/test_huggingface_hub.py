"""Models of a hub, from a server on this machine that answers as the Hugging Face Hub does."""

import hashlib
import json
import re

import huggingface_hub as library
import pytest
import torch
from mmengine.runner import CheckpointLoader
from safetensors.torch import save
from web_server import answer, serve

from mmaction_vt.checkpoints.downloads import huggingface_hub
from mmaction_vt.checkpoints.files import load_file
from mmaction_vt.errors import InputError

COMMIT = 'a' * 40
CONFIG = b'{"num_attention_heads": 3}'
STATE = {'a': torch.arange(3.0), 'b': torch.ones(2)}


class Hub:
    """A hub with one repository, ``owner/name``, whose branch main is one commit.

    Attributes:
        files: Content of each file.
        fault: Status and error code that every request is answered with.
    """

    def __init__(self, server):
        self.server, self.files, self.fault = server, {}, None
        self.endpoint = f'http://{server.host}'
        server.otherwise = self.answer

    def answer(self, request):
        match = re.fullmatch(r'/([^/]+/[^/]+)/resolve/([^/]+)/(.+)', request.path)
        if self.fault:
            status, code = self.fault
            answer(b'', status, X_Error_Code=code)(request)
        elif match is None or match[1] != 'owner/name':
            answer(b'', 404, X_Error_Code='RepoNotFound')(request)
        elif match[2] not in ('main', COMMIT):
            answer(b'', 404, X_Error_Code='RevisionNotFound')(request)
        elif match[3] not in self.files:
            answer(b'', 404, X_Error_Code='EntryNotFound', X_Repo_Commit=COMMIT)(request)
        else:
            content = self.files[match[3]]
            etag = f'"{hashlib.sha256(content).hexdigest()}"'
            answer(content, ETag=etag, X_Repo_Commit=COMMIT)(request)

    def downloaded(self):
        paths = [path for command, path, _ in self.server.asked if command == 'GET' and '/resolve/' in path]
        return sorted(path.rsplit('/', 1)[1] for path in paths)


@pytest.fixture
def hub(tmp_path, monkeypatch):
    monkeypatch.setenv('no_proxy', '*')
    monkeypatch.setattr(library.constants, 'HF_HUB_CACHE', str(tmp_path / 'cache'))
    with serve() as server:
        yield Hub(server)


def refused(hub, address, what):
    with pytest.raises(InputError, match=what) as error:
        huggingface_hub.download(address, hub.endpoint)
    message = str(error.value)
    assert address in message and '\n' not in message
    return message


def in_parts(state, name):
    """Files of a model that is stored in parts, and their index."""
    parts = {f'{name}-{index}.safetensors': {key: value} for index, (key, value) in enumerate(state.items())}
    where = {key: part for part, tensors in parts.items() for key in tensors}
    files = {part: save(tensors) for part, tensors in parts.items()}
    return {**files, f'{name}.safetensors.index.json': json.dumps({'weight_map': where}).encode()}


def test_a_model_is_its_config_and_its_weights(hub):
    hub.files = {'README.md': b'words', 'config.json': CONFIG, 'model.safetensors': save(STATE)}
    hub.files |= {'pytorch_model.bin': b'the same again', 'optimizer.bin': b'large'}
    folder = huggingface_hub.download('hf://owner/name', hub.endpoint)
    loaded = load_file(folder)
    assert loaded['config'] == {'num_attention_heads': 3}
    assert loaded['state_dict']['a'].tolist() == [0, 1, 2]
    assert hub.downloaded() == ['config.json', 'model.safetensors']


def test_a_model_in_parts(hub):
    hub.files = {'config.json': CONFIG, **in_parts(STATE, 'model'), **in_parts(STATE, 'other')}
    state = load_file(huggingface_hub.download('hf://owner/name', hub.endpoint))['state_dict']
    assert {key: value.tolist() for key, value in state.items()} == {'a': [0, 1, 2], 'b': [1, 1]}
    assert not any(name.startswith('other') for name in hub.downloaded())


def test_a_revision_and_a_file(hub):
    hub.files = {'model.safetensors': save(STATE), 'deep/x.pth': b'content'}
    assert huggingface_hub.download(f'hf://owner/name@{COMMIT}', hub.endpoint).name == COMMIT
    assert huggingface_hub.download('hf://owner/name/deep/x.pth', hub.endpoint).read_bytes() == b'content'
    assert huggingface_hub.download('hf://owner/name@main/deep/x.pth', hub.endpoint).read_bytes() == b'content'
    refused(hub, 'hf://owner/name@v9', 'owner/name has no revision v9')
    refused(hub, 'hf://owner/name/none.pth', r'owner/name has no file none\.pth')


@pytest.mark.parametrize(
    ('address', 'repo', 'revision', 'file'),
    [
        ('hf://a/b', 'a/b', None, None),
        ('hf://a/b@v1.0', 'a/b', 'v1.0', None),
        ('hf://a/b@refs/pr/3', 'a/b', 'refs/pr/3', None),
        ('hf://a/b@refs/pr/3/c/d.bin', 'a/b', 'refs/pr/3', 'c/d.bin'),
        ('HF://a/b-c.d/e.bin', 'a/b-c.d', None, 'e.bin'),
    ],
)
def test_addresses(address, repo, revision, file):
    match = huggingface_hub.ADDRESS.fullmatch(address)
    assert (match['repo'], match['revision'], match['file']) == (repo, revision, file)


@pytest.mark.parametrize('address', ['hf://', 'hf://name', 'hf://owner/', 'hf://owner/name@', 'hf://a b/c'])
def test_addresses_of_no_model_are_refused(address, hub):
    refused(hub, address, 'is not of the form hf://owner/name, hf://owner/name@revision or hf://owner/name/file')


def test_a_model_of_other_files_is_refused(hub):
    hub.files = {'config.json': CONFIG, 'weights.h5': b'x'}
    refused(hub, 'hf://owner/name', r'has none of model\.safetensors.*name a file, hf://owner/name/FILE')


@pytest.mark.parametrize(
    ('fault', 'what'),
    [
        ((404, 'RepoNotFound'), 'has no model owner/name, or it is private: log in with `hf auth login`'),
        ((401, 'RepoNotFound'), 'has no model owner/name, or it is private: log in with `hf auth login`'),
        ((403, 'GatedRepo'), r'it is gated: accept its terms on http://.*/owner/name and log in'),
    ],
)
def test_what_the_hub_does_not_give_is_one_sentence(hub, fault, what):
    hub.fault = fault
    for address in ('hf://owner/name', 'hf://owner/name/x.pth'):
        assert 'get the files with a browser' in refused(hub, address, what)


def test_without_a_network_what_was_downloaded_is_found(hub, monkeypatch):
    hub.files = {'config.json': CONFIG, 'pytorch_model.bin': b'x'}
    folder = huggingface_hub.download('hf://owner/name', hub.endpoint)
    monkeypatch.setattr(library.constants, 'HF_HUB_OFFLINE', True)
    assert huggingface_hub.download('hf://owner/name', hub.endpoint) == folder
    refused(hub, 'hf://owner/other', 'not downloaded before, and HF_HUB_OFFLINE is set')


def test_no_network_is_one_sentence(hub, monkeypatch):
    monkeypatch.setattr('time.sleep', lambda _: None)
    hub.endpoint = 'http://127.0.0.1:1'
    refused(hub, 'hf://owner/name', r'no connection to http://127\.0\.0\.1:1 \(.*refused')


def test_checkpoints_are_loaded_by_address(hub, monkeypatch):
    def from_here(*args, **options):
        return library.hf_hub_download(*args, **{**options, 'endpoint': hub.endpoint})

    monkeypatch.setattr(huggingface_hub, 'hf_hub_download', from_here)
    hub.files = {'config.json': CONFIG, 'model.safetensors': save(STATE)}
    for address in ('hf://owner/name', 'https://huggingface.co/owner/name/tree/main'):
        for load in (load_file, CheckpointLoader.load_checkpoint):
            assert load(address)['config'] == {'num_attention_heads': 3}
    assert hub.downloaded() == ['config.json', 'model.safetensors']
