"""SECURITY.md: no visitor of the web page takes the whole server: sizes, rates, numbers and times are limited."""

import socket
import threading
import time

import pytest
from page_server import GENEROUS, Visitor, load, serve_page

LIMIT = round(0.1 * 2**20)


def connect(page):
    return socket.create_connection(('127.0.0.1', page.port), timeout=20)


def head(page, visitor, length, name='a'):
    part = f'--b\r\nContent-Disposition: form-data; filename="{name}"\r\n\r\n'
    return (
        f'POST /gradio_api/upload HTTP/1.1\r\nHost: {page.host}\r\nCookie: {visitor.cookie}\r\n'
        f'Content-Type: multipart/form-data; boundary=b\r\n{length}\r\n\r\n'
    ), part


def test_a_video_of_the_maximum_size_is_accepted(visitor):
    assert visitor.upload('a.mp4', b'0' * LIMIT)[0].status == 200


def test_a_larger_one_is_refused(page, visitor):
    answer, text = visitor.upload('a.mp4', b'0' * (LIMIT + 1))
    assert answer.status == 413 and text == 'This video exceeds the maximum allowed size of 0.1 MB.'
    assert page.files() == []


def test_the_size_that_is_stated_is_refused_at_once(page, visitor):
    with connect(page) as connection:
        connection.sendall(head(page, visitor, f'Content-Length: {10**12}')[0].encode())
        assert connection.recv(100).startswith(b'HTTP/1.1 413 ')


def test_a_size_that_is_not_stated_is_counted(page, visitor):
    start, part = head(page, visitor, 'Transfer-Encoding: chunked')
    with connect(page) as connection:
        connection.sendall(f'{start}{len(part):x}\r\n{part}\r\n'.encode())
        for _ in range(LIMIT // 5000 + 1):
            connection.sendall(b'1388\r\n' + b'0' * 5000 + b'\r\n')
        assert connection.recv(100).startswith(b'HTTP/1.1 413 ')
    assert page.files() == []


def test_a_head_of_endless_length_is_refused(page):
    with connect(page) as connection:
        connection.sendall(b'GET / HTTP/1.1\r\nX: ' + b'a' * 100_000)
        assert connection.recv(100).startswith(b'HTTP/1.1 400 ')


@pytest.mark.parametrize('sent', ['', 'GET / HT', 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n'])
def test_a_head_that_does_not_end_is_not_waited_for(page, monkeypatch, sent):
    monkeypatch.setattr(load('web_serving'), 'HEAD_SECONDS', 0.2)
    with connect(page) as connection:
        connection.sendall(sent.encode())
        assert connection.recv(100).startswith(b'HTTP/1.1 408 ')
        assert connection.recv(100) == b''


def test_a_connection_without_a_further_request_is_closed(page, monkeypatch):
    monkeypatch.setattr(load('web_serving'), 'HEAD_SECONDS', 0.2)
    with connect(page) as connection:
        connection.sendall(f'GET /x HTTP/1.1\r\nHost: {page.host}\r\n\r\nGET'.encode())
        received = b''
        while more := connection.recv(4096):
            received += more
        assert received.startswith(b'HTTP/1.1 404 ')


@pytest.mark.parametrize('name', ['GRACE', 'IDLE'])
def test_an_upload_that_comes_byte_by_byte_ends(page, visitor, monkeypatch, name):
    monkeypatch.setattr(load('web_stream'), name, 0.3)
    start, part = head(page, visitor, 'Content-Length: 5000')
    with connect(page) as connection:
        connection.sendall((start + part).encode())
        stop = threading.Event()

        def drip():
            while not stop.wait(0.05) and name == 'GRACE':
                connection.send(b'0')

        thread = threading.Thread(target=drip)
        thread.start()
        received = connection.recv(100)
        stop.set()
        thread.join()
        assert received.startswith(b'HTTP/1.1 408 ')
    assert page.files() == [] and not page.uploads.by_name


def test_a_client_that_does_not_read_is_not_waited_for(page, monkeypatch):
    monkeypatch.setattr(load('web_serving'), 'READ_SECONDS', 0.2)
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(('127.0.0.1', page.port))
        connection.sendall(200 * f'GET /theme.css HTTP/1.1\r\nHost: {page.host}\r\n\r\n'.encode())
        own = connection.getsockname()
        until(lambda: connected(page, own))
        until(lambda: not connected(page, own))


def connected(page, own):
    return own in [other.client for other in list(page.server.server.server_state.connections)]


def until(done, seconds=10):
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_connections_of_a_client_are_limited(page):
    most = load('web_serving').MOST_OF_A_CLIENT
    connections = [connect(page) for _ in range(most + 5)]
    try:
        time.sleep(0.3)
        connections[-1].settimeout(5)
        assert connections[-1].recv(100).startswith(b'HTTP/1.1 429 ')
        connections[0].sendall(f'GET /x HTTP/1.1\r\nHost: {page.host}\r\n\r\n'.encode())
        assert connections[0].recv(100).startswith(b'HTTP/1.1 404 ')
    finally:
        for connection in connections:
            connection.close()
    time.sleep(0.2)
    assert Visitor(page.port).request('GET', '/x')[0].status == 404


def test_waiting_uploads_of_a_client_are_limited(page, visitor):
    most = load('web_uploads').MOST_OF_A_CLIENT
    given = [visitor.send('a.mp4', b'content') for _ in range(most)]
    answer, text = page.visitor().upload('a.mp4', b'content')  # from the same address
    assert answer.status == 429 and 'are waiting' in text and len(page.files()) == most
    assert visitor.ask(given[0])
    assert visitor.upload('a.mp4', b'content')[0].status == 200


def test_all_waiting_uploads_are_limited(tmp_path):
    uploads = load('web_uploads').Uploads(tmp_path, 10)
    for number in range(load('web_uploads').MOST):
        uploads.add('someone', f'client {number}')
    with pytest.raises(load('web_refusals').RefusedError, match='try again later'):
        uploads.add('someone', 'another')


def test_waiting_requests_are_limited(tmp_path, monkeypatch):
    """Also those that wait for Gradio, which has a queue of its own."""
    monkeypatch.setattr(load('web_page'), 'MOST_WAITING', 2)
    free = threading.Event()

    def look(path, name):
        free.wait(20)
        return name

    with serve_page(tmp_path.resolve(), look, rates=GENEROUS) as page:
        visitor = page.visitor()
        answers = [visitor.join(visitor.send('a.mp4', b'content'), f's{number}') for number in range(5)]
        free.set()
    assert {answer.status for answer, _ in answers} == {200, 503}
    assert all('try again later' in text for answer, text in answers if answer.status == 503)


def test_one_video_is_processed_at_a_time(tmp_path):
    running, most = [], []

    def look(path, name):
        running.append(name)
        most.append(len(running))
        time.sleep(0.05)
        running.remove(name)
        return name

    with serve_page(tmp_path.resolve(), look, rates=GENEROUS) as page:
        visitor = page.visitor()
        for number in range(4):
            assert visitor.join(visitor.send(f'{number}.mp4', b'content'), f's{number}')[0].status == 200
        assert [visitor.wait(f's{number}')[0] for number in range(4)] == [f'{number}.mp4' for number in range(4)]
    assert most == [1] * 4


@pytest.mark.parametrize('kind', ['request', 'page', 'upload', 'join'])
def test_requests_of_a_client_are_limited(tmp_path, kind):
    with serve_page(tmp_path.resolve(), rates={**GENEROUS, kind: (6, 0.01)}) as page:
        visitor = page.visitor()
        ask = dict(
            request=lambda: visitor.request('GET', '/theme.css'),
            page=lambda: visitor.request('GET', '/'),
            upload=lambda: visitor.upload('a.mp4', b'content'),
            join=lambda: visitor.join('x'),
        )[kind]
        answers = [ask()[0] for _ in range(8)]
        assert [answer.status for answer in answers].count(429) == 2 + (kind in ('request', 'page'))
        assert answers[-1].status == 429 and int(answers[-1].getheader('retry-after')) > 1


def test_a_rate_is_per_client_and_recovers():
    web_rates, refused = load('web_rates'), load('web_refusals').RefusedError
    now = [0.0]
    rates = web_rates.Rates({'request': web_rates.Rate(2, 0.5)}, lambda: now[0])
    for _ in range(2):
        rates.spend('request', 'a')
    with pytest.raises(refused) as caught:
        rates.spend('request', 'a')
    assert caught.value.status == 429 and dict(caught.value.headers)['retry-after'] == '3'
    rates.spend('request', 'b')
    now[0] = 2.0
    rates.spend('request', 'a')
    with pytest.raises(refused):
        rates.spend('request', 'a')


def test_clients_that_are_remembered_are_limited():
    web_rates = load('web_rates')
    rates = web_rates.Rates({'request': web_rates.Rate(2, 0.5)})
    for number in range(web_rates.MOST_CLIENTS + 10):
        rates.spend('request', str(number))
    assert len(rates.left) == web_rates.MOST_CLIENTS


def test_what_is_one_client():
    client_of = load('web_rates').client_of
    assert client_of('1.2.3.4') == client_of('::ffff:1.2.3.4') == '1.2.3.4'
    assert client_of('2001:db8::1') == client_of('2001:db8::2') != client_of('2001:db8:0:1::1')


def test_a_full_disk_is_one_sentence(page, visitor, monkeypatch):
    def full(*_args):
        raise OSError(28, 'No space left on device', str(page.folder))

    monkeypatch.setattr('pathlib.Path.open', full)
    answer, text = visitor.upload('a.mp4', b'content')
    assert answer.status == 507 and 'no room' in text and str(page.folder) not in text
