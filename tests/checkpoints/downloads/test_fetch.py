"""Files of web servers, from one on this machine that answers as the real ones do."""

import hashlib
import multiprocessing
import signal
import socket
import time

import mmengine.dist
import pytest
import torch
from mmengine.runner import CheckpointLoader
from web_server import answer, file, in_turn, page, serve

from mmaction_vt import read_checkpoint
from mmaction_vt.checkpoints.downloads import addresses, download, http_files
from mmaction_vt.checkpoints.downloads import progress as download_progress
from mmaction_vt.checkpoints.downloads.fetch import fetch
from mmaction_vt.checkpoints.files import load_file
from mmaction_vt.errors import InputError

CONTENT = bytes(range(256)) * 400
HALF = len(CONTENT) // 2
SHA256 = hashlib.sha256(CONTENT).hexdigest()
BY_HAND = 'get the file with a browser and give its path instead'
PAGE = '<!DOCTYPE html><html><head><title>Sign in\n to Files</title></head><body></body></html>'


@pytest.fixture
def server():
    with serve() as server:
        yield server


@pytest.fixture(autouse=True)
def hub(tmp_path, monkeypatch):
    """The folder of downloads; attempts follow each other without a pause."""
    monkeypatch.setenv('no_proxy', '*')
    monkeypatch.setattr(torch.hub, 'get_dir', lambda: str(tmp_path / 'hub'))
    monkeypatch.setattr(download, 'WAITS', (0, 0))
    return tmp_path / 'hub' / 'checkpoints'


def files_in(folder):
    """Names of all files but locks and records."""
    own = ('.lock', '.record.json')
    return sorted(path.name for path in folder.rglob('*') if path.is_file() and path.name not in own)


def refused(address, what, **options):
    with pytest.raises(InputError, match=what) as error:
        fetch(address, **options)
    message = str(error.value)
    assert address in message and BY_HAND in message and '\n' not in message
    return message


def test_is_downloaded_once(server, hub):
    server.routes['/model.pth'] = file(CONTENT)
    path = fetch(server.address('/model.pth'))
    assert path.read_bytes() == CONTENT and path.name == 'model.pth' and hub in path.parents
    del server.routes['/model.pth']
    assert fetch(server.address('/model.pth')) == path
    assert len(server.asked) == 1 and files_in(hub) == ['model.pth']


def test_two_addresses_of_one_name_are_two_files(server):
    contents = {path: path.encode() for path in ('/a/model.pth', '/b/model.pth', '/b/model.pth?v=2')}
    for path, content in contents.items():
        server.routes[path.split('?')[0]] = file(content)
        assert fetch(server.address(path)).read_bytes() == content
    server.routes.clear()
    server.routes['/a/model.pth'] = file(b'another')
    assert fetch(server.address('/a/model.pth')).read_bytes() == b'/a/model.pth'


def test_file_addresses_are_read_in_place(tmp_path, hub):
    for folder in ('a', 'b c'):
        path = tmp_path / folder / 'model.pth'
        path.parent.mkdir()
        path.write_bytes(folder.encode())
        assert fetch(path.as_uri()) == path
    path.write_bytes(CONTENT)
    assert fetch(path.as_uri(), sha256=SHA256).read_bytes() == CONTENT
    with pytest.raises(InputError, match='not the expected file'):
        fetch(path.as_uri(), sha256='00')
    assert path.exists() and not hub.exists()
    with pytest.raises(InputError, match=r'file:///.*none\.pth does not exist'):
        fetch((tmp_path / 'none.pth').as_uri())


@pytest.mark.parametrize('address', ['s3://bucket/model.pth', 'ftp://example.org/model.pth', 'model.pth'])
def test_other_addresses_are_refused(address):
    with pytest.raises(InputError, match=r'unknown scheme of .*; choose from http://, https://, hf://, file://'):
        fetch(address)


def test_the_server_may_name_the_file(server):
    server.routes['/get'] = file(CONTENT, Content_Disposition='attachment; filename="../weights v1.safetensors"')
    assert fetch(server.address('/get?id=1')).name == 'weights_v1.safetensors'


# What servers answer with instead of the file.


@pytest.mark.parametrize(
    ('status', 'what'),
    [(404, 'no such file'), (410, 'no such file'), (403, 'denies access'), (401, 'denies access'), (418, '418')],
)
def test_a_refusal_is_one_sentence_and_final(server, hub, status, what):
    server.routes['/model.pth'] = page(PAGE, status)
    refused(server.address('/model.pth'), rf'{what}.*{status}|{what}')
    assert len(server.asked) == 1 and files_in(hub) == []


def test_passing_errors_are_tried_again(server):
    def reset(request):
        request.connection.close()

    server.routes['/model.pth'] = in_turn(answer(b'', 503), reset, file(CONTENT))
    assert fetch(server.address('/model.pth')).read_bytes() == CONTENT
    server.routes['/other.pth'] = answer(b'', 503)
    refused(server.address('/other.pth'), 'the server responds with 503 Service Unavailable')
    server.routes['/closed.pth'] = reset
    refused(server.address('/closed.pth'), 'closes the connection without an answer')
    assert len(server.asked) == 3 + 3 + 3


@pytest.mark.parametrize(
    'route',
    [
        page(PAGE),
        answer(PAGE.encode()),
        answer(b'\xef\xbb\xbf\n <HTML><title>Sign in to Files</title>' + b' ' * 5000),
    ],
)
def test_a_web_page_is_not_kept(server, hub, route):
    server.routes['/model.pth'] = route
    refused(server.address('/model.pth'), r'web page \("Sign in to Files"\) instead of a file')
    assert files_in(hub) == []
    server.routes['/model.pth'] = file(CONTENT)
    assert fetch(server.address('/model.pth')).read_bytes() == CONTENT


def test_a_web_page_in_the_cache_is_removed(server, hub):
    server.routes['/model.pth'] = file(CONTENT)
    hub.mkdir(parents=True)
    (hub / 'model.pth').write_text(PAGE)
    (hub / 'other.pth').write_bytes(CONTENT)
    path = fetch(server.address('/model.pth'))
    assert not (hub / 'model.pth').exists() and (hub / 'other.pth').exists()
    path.write_text(PAGE.ljust(len(CONTENT)))
    assert fetch(server.address('/model.pth')).read_bytes() == CONTENT


def test_a_damaged_copy_is_downloaded_again(server):
    server.routes['/model.pth'] = file(CONTENT)
    path = fetch(server.address('/model.pth'))
    path.write_bytes(CONTENT[:-1])
    assert fetch(server.address('/model.pth')).read_bytes() == CONTENT


def test_an_empty_or_compressed_file_is_refused(server, hub):
    server.routes['/empty.pth'] = file(b'')
    refused(server.address('/empty.pth'), 'the file is empty')
    server.routes['/model.pth'] = file(CONTENT, Content_Encoding='gzip')
    refused(server.address('/model.pth'), r'compressed \(gzip\)')
    assert set(files_in(hub)) <= {'.part'}


def test_no_network_is_one_sentence():
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    refused(f'http://127.0.0.1:{port}/model.pth', rf'no connection to 127\.0\.0\.1:{port} \(Connection refused\)')
    refused('http://nowhere.invalid/model.pth', r'no connection to nowhere\.invalid \(')
    message = refused('https://127.0.0.1:1/m.pth', 'no connection')
    with pytest.raises(InputError) as error:
        read_checkpoint('https://127.0.0.1:1/m.pth')
    assert str(error.value) == message


def test_a_server_that_hangs_ends_with_a_sentence(server, monkeypatch):
    monkeypatch.setattr(http_files, 'TIMEOUT', 0.2)
    server.routes['/model.pth'] = lambda request: time.sleep(1)
    refused(server.address('/model.pth'), r'does not answer within 0\.2 seconds')

    def stalls(request):
        answer(CONTENT, cut=1000)(request)
        time.sleep(1)

    server.routes['/stalls.pth'] = stalls
    refused(server.address('/stalls.pth'), 'ended after 1,000 of 102,400 bytes')


# Hashes.


def test_the_hash_is_checked(server, hub):
    server.routes['/model.pth'] = file(CONTENT)
    refused(server.address('/model.pth'), rf'SHA-256 {SHA256}, expected 00ab', sha256='00AB')
    assert files_in(hub) == []
    path = fetch(server.address('/model.pth'), sha256=SHA256.upper())
    assert fetch(server.address('/model.pth'), sha256=SHA256[:12]) == path
    assert len(server.asked) == 2
    refused(server.address('/model.pth'), 'SHA-256', sha256='00ab')
    assert files_in(hub) == []


def test_a_hash_in_the_name_is_checked(server):
    for name in (f'model-{SHA256[:8]}.pth', 'model-20230101.pth', 'model-224.pth', 'model-deadbee.pth'):
        server.routes[f'/{name}'] = file(CONTENT)
        assert fetch(server.address(f'/{name}')).name == name
    server.routes['/model-0123abcd.pth'] = file(CONTENT)
    refused(server.address('/model-0123abcd.pth'), 'expected 0123abcd')


# Connections that end too early.


@pytest.mark.parametrize('headers', [dict(etag='"1"'), dict(etag=None, Last_Modified='Mon, 02 Jan 2023 03:04:05 GMT')])
def test_an_interrupted_download_is_resumed(server, hub, monkeypatch, headers):
    monkeypatch.setattr(download, 'WAITS', ())
    server.routes['/model.pth'] = file(CONTENT, cuts=(HALF, 100), **headers)
    for there in (HALF, HALF + 100):
        refused(server.address('/model.pth'), f'ended after {there:,} of {len(CONTENT):,} bytes')
        assert files_in(hub) == ['.part']
    assert fetch(server.address('/model.pth')).read_bytes() == CONTENT
    ranges = [headers['Range'] for _, _, headers in server.asked]
    assert ranges == [None, f'bytes={HALF}-', f'bytes={HALF + 100}-'] and files_in(hub) == ['model.pth']


def test_every_connection_that_brings_more_is_followed_by_another(server):
    server.routes['/model.pth'] = file(CONTENT, cuts=[len(CONTENT) // 20] * 19)
    assert fetch(server.address('/model.pth')).read_bytes() == CONTENT
    assert len(server.asked) == 20


def test_without_ranges_it_starts_anew(server, hub):
    server.routes['/model.pth'] = file(CONTENT, ranges=False, cuts=(HALF, HALF, HALF, HALF))
    refused(server.address('/model.pth'), f'ended after {HALF:,} of')
    assert len(server.asked) == 3
    server.routes['/model.pth'] = file(CONTENT[::-1], ranges=False)
    assert fetch(server.address('/model.pth')).read_bytes() == CONTENT[::-1]
    assert files_in(hub) == ['model.pth']


@pytest.mark.parametrize('etag', [None, 'W/"1"'])
def test_without_a_sign_that_it_is_the_same_file_it_starts_anew(server, etag):
    server.routes['/model.pth'] = file(CONTENT, etag=etag, cuts=(HALF,))
    assert fetch(server.address('/model.pth')).read_bytes() == CONTENT
    assert [headers['Range'] for _, _, headers in server.asked] == [None, None]


CHANGED = CONTENT[::-1]


@pytest.mark.parametrize(
    'second',
    [
        file(CHANGED, etag='"2"'),
        answer(b'', 416, Content_Range=f'bytes */{HALF}'),
        answer(CHANGED[HALF:], 206, ETag='"2"', Content_Range=f'bytes {HALF}-{len(CHANGED) - 1}/{len(CHANGED)}'),
        answer(CHANGED[9:], 206, ETag='"1"', Content_Range=f'bytes 9-{len(CHANGED) - 1}/{len(CHANGED)}'),
        answer(CHANGED[HALF:], 206, ETag='"1"', Content_Range=f'bytes {HALF}-{len(CHANGED) - 1}/{len(CHANGED) + 1}'),
        answer(CHANGED[HALF:], 206, ETag='"1"'),
    ],
    ids=['another file', '416', 'If-Range ignored', 'another start', 'another size', 'no range'],
)
def test_parts_of_two_files_are_never_joined(server, second):
    server.routes['/model.pth'] = in_turn(file(CONTENT, cuts=(HALF,)), second, file(CHANGED, etag='"2"'))
    assert fetch(server.address('/model.pth')).read_bytes() == CHANGED


def test_a_chunked_response_that_ends_early_is_refused(server):
    def chunked(request):
        request.protocol_version = 'HTTP/1.1'
        request.send_response(200)
        request.send_header('Transfer-Encoding', 'chunked')
        request.send_header('Connection', 'close')
        request.end_headers()
        request.wfile.write(b'3e8\r\n' + bytes(1000) + b'\r\n' + ending)

    ending = b''
    server.routes['/model.pth'] = chunked
    refused(server.address('/model.pth'), 'ended after .* of an unknown number of bytes')
    ending = b'0\r\n\r\n'
    assert fetch(server.address('/model.pth')).read_bytes() == bytes(1000)


# Dropbox and Google Drive.


def test_dropbox(server, monkeypatch):
    def dropbox(request):
        (file(CONTENT) if request.path.endswith('?dl=1') else page(PAGE))(request)

    monkeypatch.setitem(addresses.SITES, server.host, addresses.dropbox)
    server.routes['/s/x/model.pyth'] = dropbox
    path = fetch(server.address('/s/x/model.pyth?dl=0'))
    assert path.read_bytes() == CONTENT and path.name == 'model.pyth'
    assert fetch(server.address('/s/x/model.pyth')) == path
    assert server.paths() == ['/s/x/model.pyth?dl=1']


FORM = """<!DOCTYPE html><html><head><title>Google Drive - Virus scan warning</title></head><body><p>Too large to scan
<form id="download-form" action="{action}" method="get"><input type="submit" value="Download anyway"/>
<input type="hidden" name="id" value="ID"><input type="hidden" name="export" value="download">
<input type="hidden" name="confirm" value="t"><input type="hidden" name="uuid" value="12-34"></form></body></html>"""
OLD_LINK = """<!DOCTYPE html><html><head><title>Google Drive - Virus scan warning</title></head><body>
<a href="/about">Google</a> <a id="uc-download-link" href="/uc?export=download&amp;confirm=t&amp;id=ID">Download</a>"""
OLD_COOKIE = '<html><head><title>Google Drive - Virus scan warning</title></head><body>Too large to scan</body></html>'


@pytest.mark.parametrize('kind', ['form', 'link', 'cookie'])
@pytest.mark.parametrize('path', ['/file/d/ID/view?usp=sharing', '/open?id=ID', '/uc?id=ID'])
def test_google_drive(server, monkeypatch, kind, path):
    named = file(CONTENT, Content_Disposition='attachment; filename="model.pth"')

    def uc(request):
        if 'confirm=t' in request.path and (kind != 'cookie' or 'download_warning_1=t' in request.headers['Cookie']):
            named(request)
        elif kind == 'form':
            page(FORM.format(action=server.address('/download')))(request)
        else:
            cookie = dict(Set_Cookie='download_warning_1=t; Path=/') if kind == 'cookie' else {}
            page(OLD_LINK if kind == 'link' else OLD_COOKIE, **cookie)(request)

    monkeypatch.setitem(addresses.SITES, server.host, addresses.google_drive)
    server.routes['/uc'] = server.routes['/download'] = uc
    local = fetch(server.address(path))
    assert local.read_bytes() == CONTENT and local.name == 'model.pth'
    onward = {
        'form': '/download?id=ID&export=download&confirm=t&uuid=12-34',
        'link': '/uc?export=download&confirm=t&id=ID',
        'cookie': '/uc?export=download&id=ID&confirm=t',
    }
    assert server.paths() == ['/uc?export=download&id=ID', onward[kind]]


def test_google_drive_is_resumed_behind_its_page(server, monkeypatch):
    monkeypatch.setitem(addresses.SITES, server.host, addresses.google_drive)
    server.routes['/uc'] = page(FORM.format(action='/download'))
    server.routes['/download'] = file(CONTENT, cuts=(HALF,))
    assert fetch(server.address('/uc?id=ID')).read_bytes() == CONTENT
    assert server.asked[-1][2]['Range'] == f'bytes={HALF}-'


def test_other_pages_of_google_drive_are_refused(server, monkeypatch, hub):
    monkeypatch.setitem(addresses.SITES, server.host, addresses.google_drive)
    quota = '<html><head><title>Google Drive - Quota exceeded</title></head><body>Too many users</body></html>'
    server.routes['/uc'] = page(quota)
    refused(server.address('/uc?id=ID'), r'web page \("Google Drive - Quota exceeded"\)')
    server.routes['/uc'] = page(FORM.format(action='/uc'))
    refused(server.address('/uc?id=ID'), r'web page \("Google Drive - Virus scan warning"\)')
    assert len(server.asked) == 1 + 2 and files_in(hub) == []


def test_a_form_elsewhere_is_not_followed(server):
    server.routes['/model.pth'] = page(FORM.format(action='/download'))
    server.routes['/download'] = file(CONTENT)
    refused(server.address('/model.pth'), 'web page')


# Several processes, and ends of processes.


def fetch_into(queue, address):
    download.WAITS = (0,)
    queue.put(fetch(address).read_bytes() == CONTENT)


def test_processes_wait_for_the_one_that_downloads(server):
    def slow(request):
        time.sleep(0.3)
        file(CONTENT)(request)

    server.routes['/model.pth'] = slow
    context = multiprocessing.get_context('fork')
    queue = context.Queue()
    address = server.address('/model.pth')
    processes = [context.Process(target=fetch_into, args=(queue, address)) for _ in range(3)]
    for process in processes:
        process.start()
    assert [queue.get(timeout=60) for _ in processes] == [True] * 3
    for process in processes:
        process.join()
    assert len(server.asked) == 1


def test_a_killed_download_is_resumed(server, hub):
    def stalls(request):
        answer(CONTENT, cut=HALF, ETag='"1"')(request)
        time.sleep(20)

    server.routes['/model.pth'] = in_turn(stalls, file(CONTENT))
    context = multiprocessing.get_context('fork')
    process = context.Process(target=fetch_into, args=(context.Queue(), server.address('/model.pth')))
    process.start()
    deadline = time.monotonic() + 60
    while not any(path.stat().st_size for path in hub.rglob('.part')):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    time.sleep(0.1)
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL and files_in(hub) == ['.part']
    assert fetch(server.address('/model.pth')).read_bytes() == CONTENT


def test_a_folder_that_cannot_be_written_to_is_named(server, monkeypatch, tmp_path):
    (tmp_path / 'full').write_text('a file')
    monkeypatch.setattr(torch.hub, 'get_dir', lambda: str(tmp_path / 'full'))
    with pytest.raises(InputError, match=r'full.*cannot be written to .*set TORCH_HOME'):
        fetch(server.address('/model.pth'))


@pytest.mark.parametrize('terminal', [True, False])
def test_the_bar_is_for_terminals(server, monkeypatch, capsys, terminal):
    console = download_progress.Console
    monkeypatch.setattr(
        download_progress, 'Console', lambda **options: console(force_terminal=terminal, width=100, **options)
    )
    server.routes['/model.pth'] = server.routes['/other.pth'] = file(CONTENT)
    fetch(server.address('/model.pth'))
    fetch(server.address('/other.pth'), progress=False)
    shown = capsys.readouterr()
    assert ('model.pth' in shown.err and '102.4' in shown.err) == terminal
    assert 'other.pth' not in shown.err and shown.out == ''


# What takes an address.


@pytest.fixture
def checkpoint(tmp_path):
    path = tmp_path / 'checkpoint.pth'
    torch.save({'weight': torch.arange(3.0)}, path)
    return path


def test_checkpoints_are_loaded_by_address(server, checkpoint):
    server.routes['/checkpoint.pth'] = file(checkpoint.read_bytes())
    for address in (server.address('/checkpoint.pth'), checkpoint.as_uri()):
        for load in (load_file, CheckpointLoader.load_checkpoint):
            assert load(address)['weight'].tolist() == [0, 1, 2]


@pytest.mark.parametrize('rank', [0, 1])
def test_one_process_of_a_machine_downloads_before_the_others(server, checkpoint, monkeypatch, rank):
    def barrier():
        asked.append(len(server.asked))

    asked = []
    server.routes['/checkpoint.pth'] = file(checkpoint.read_bytes())
    monkeypatch.setattr(mmengine.dist, 'get_local_rank', lambda: rank)
    monkeypatch.setattr(mmengine.dist, 'barrier', barrier)
    CheckpointLoader.load_checkpoint(server.address('/checkpoint.pth'))
    with pytest.raises(InputError, match='404'):
        CheckpointLoader.load_checkpoint(server.address('/none.pth'))
    assert asked == ([1, 2] if rank == 0 else [0, 1])  # nobody is left waiting by an error
