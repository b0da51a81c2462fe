"""SECURITY.md: an upload is its visitor's own; nobody else reads it, has it processed or deletes it."""

import json
import socket
import time

import pytest
from page_server import load


def test_the_same_bytes_from_two_visitors_are_two_files(page, visitor):
    other = page.visitor()
    own, others = visitor.send('a.mp4', b'the same'), other.send('a.mp4', b'the same')
    assert own != others and len(page.files()) == 2
    assert visitor.ask(own)[0] == 'a.mp4: the same'
    assert len(page.files()) == 1
    assert other.ask(others)[0] == 'a.mp4: the same'
    assert page.files() == []


def test_another_visitors_upload_is_not_found(page, visitor):
    others = page.visitor().send('a.mp4', b'private')
    answer, text = visitor.join(others)
    assert answer.status == 404 and 'private' not in text
    assert [path.read_bytes() for path in page.files()] == [b'private']


@pytest.mark.parametrize(
    'name',
    ['{folder}/x/../y', '{folder}/{own}', '{folder}/{own}/..', '{folder}', '../{own}', './{own}', '{own}/',
     '{own}/../x',  '{outside}', 'file://{outside}', 'http://127.0.0.1:9/a.mp4', '', '.', '..', '/', '\0', '{own}\0',
     '%2e%2e/{own}', 'C:\\a.mp4', '~', 'con', '{own}\n', 'x' * 5000],
)  # fmt: skip
def test_a_path_is_no_upload(page, visitor, tmp_path, name):
    outside = tmp_path / 'private.mp4'
    outside.write_bytes(b'outside')
    waiting = [person.send('a.mp4', b'waiting') for person in (visitor, page.visitor())]
    answer, text = visitor.join(name.format(folder=page.folder, own=waiting[0], outside=outside))
    assert answer.status == 404 and 'deleted. Please upload it again' in text
    assert outside.read_bytes() == b'outside'
    assert sorted(path.name for path in page.files()) == sorted(waiting)


@pytest.mark.parametrize('name', [None, 1, [], {}, ['a'], {'path': 'a'}, True])
def test_a_name_is_text(visitor, name):
    assert visitor.join(name)[0].status == 400


@pytest.mark.parametrize('name', ['../../up.mp4', '/etc/up.mp4', '..\\up.mp4', 'up.mp4', 'a/../b/up.mp4'])
def test_the_name_of_a_file_is_no_path(page, visitor, name):
    given = visitor.send(name, b'content')
    (path,) = page.files()
    assert path.parent == page.folder and path.name == given
    assert visitor.ask(given)[0] == 'up.mp4: content'


def test_an_upload_is_processed_once(visitor):
    given = visitor.send('a.mp4', b'content')
    assert visitor.ask(given) and visitor.join(given)[0].status == 404


def test_an_answer_is_for_its_visitor(page, visitor):
    given = visitor.send('a.mp4', b'private')
    assert visitor.join(given, 'a')[0].status == 200
    assert page.visitor().request('GET', '/gradio_api/queue/data?session_hash=a')[0].status == 404
    assert visitor.wait('a')[0] == 'a.mp4: private'


def test_a_path_that_the_server_did_not_make_is_not_processed(page, tmp_path):
    (tmp_path / 'own').write_bytes(b'')
    for path in (tmp_path / 'own', page.folder, page.folder / 'x' / '..'):
        with pytest.raises(ValueError, match='has been deleted'), page.uploads.processing(str(path)):
            raise AssertionError('processed')
    assert (tmp_path / 'own').exists() and page.folder.is_dir()


@pytest.mark.parametrize(
    ('kind', 'body'),
    [
        ('multipart/form-data; boundary=b', '--b\r\n\r\nno name\r\n--b--\r\n'),
        (
            'multipart/form-data; boundary=b',
            '--b\r\nContent-Disposition: form-data; name="files"\r\n\r\nx\r\n--b--\r\n',
        ),
        ('multipart/form-data; boundary=b', '--b\r\nContent-Disposition: form-data; filename="a"\r\n\r\nno end'),
        ('multipart/form-data; boundary=b', 2 * '--b\r\nContent-Disposition: form-data; filename="a"\r\n\r\nx\r\n'),
        ('multipart/form-data; boundary=b', f'--b\r\nContent-Disposition: form-data; filename="{"a" * 9000}"\r\n\r\n'),
        ('multipart/form-data; boundary=b', ''),
        ('multipart/form-data; boundary=b', 'not a part at all'),
        ('multipart/form-data; boundary=' + 'b' * 200, ''),
        ('multipart/form-data', 'x'),
        ('application/octet-stream', 'x'),
        ('', 'x'),
    ],
)
def test_what_is_not_one_file_is_refused(page, visitor, kind, body):
    answer, text = visitor.request('POST', '/gradio_api/upload', body, Content_Type=kind)
    assert answer.status == 400 and text.endswith('.') and '\n' not in text
    assert page.files() == []


def test_an_upload_that_breaks_off_leaves_nothing(page, visitor):
    with socket.create_connection(('127.0.0.1', page.port)) as connection:
        head = f'POST /gradio_api/upload HTTP/1.1\r\nHost: {page.host}\r\nCookie: {visitor.cookie}\r\n'
        kind = 'Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 5000\r\n\r\n'
        part = '--b\r\nContent-Disposition: form-data; filename="a"\r\n\r\nthe start'
        connection.sendall((head + kind + part).encode())
        until(page.files)
    until(lambda: not page.files() and not page.uploads.by_name)


def test_uploads_that_nobody_asks_about_are_deleted(page, visitor, monkeypatch):
    web_uploads = load('web_uploads')
    given = visitor.send('a.mp4', b'content')
    page.uploads.remove_old(1800)
    assert len(page.files()) == 1
    monkeypatch.setattr(web_uploads, 'UNASKED', 0)
    page.uploads.remove_old(1800)
    assert page.files() == [] and visitor.join(given)[0].status == 404


def test_the_name_that_is_shown():
    shown_name = load('web_uploads').shown_name
    assert shown_name('a/b\\c d.mp4') == 'c d.mp4'
    assert shown_name('\u202egpm.exe\0\n') == 'gpm.exe'
    assert shown_name('') == shown_name('/') == shown_name(None) == 'video'
    assert len(shown_name('a' * 1000)) == 200


def test_the_identifier_is_all_that_an_upload_returns(page, visitor):
    answer, text = visitor.upload('a.mp4', b'content')
    (given,) = json.loads(text)
    assert len(given) > 20 and '/' not in given and str(page.folder) not in text + str(answer.headers)


def until(done, seconds=5):
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)
