"""SECURITY.md: what the web page's server exposes, to whom, and what its responses say."""

import json
import re
import socket

import pytest
from conftest import ROOT
from page_server import EXAMPLE, FUNCTIONS, GENEROUS, METHODS, Visitor, load, serve_page

# Of all that Gradio serves, the page asks for these.
OPEN = {
    ('GET', '/'),
    ('GET', '/theme.css'),
    ('GET', '/favicon.ico'),
    ('GET', '/assets/{path:path}'),
    ('GET', '/static/{path:path}'),
    ('POST', '/gradio_api/queue/join'),
    ('GET', '/gradio_api/queue/data'),
}
ANSWERED_BY_THE_GATE = {('POST', '/gradio_api/upload')}
OTHERS = (
    '/docs', '/openapi.json', '/gradio_api/file=/etc/passwd', '/gradio_api/proxy=http://127.0.0.1/', '/file=/etc/x',
    '/gradio_api/stream/a/b/c/playlist.m3u8', '/login', '/logout', '/config', '/gradio_api/info', '/gradio_api/mcp/sse',
    '/monitoring', '/gradio_api/call/recognise', '/gradio_api/run/recognise', '/gradio_api/heartbeat/a', '//', '/./',
    '/assets/../../routes.py', '/assets/%2e%2e/x', '/static/..%2fx', '/assets/', '/assets/.hidden', '/theme.css/',
    '/gradio_api//upload', '/GRADIO_API/upload', '/gradio_api/upload/', '*',
)  # fmt: skip


def routes_of(app, prefix=''):
    for route in getattr(app, 'routes', ()):
        path = prefix + getattr(route, 'path', '')
        for method in getattr(route, 'methods', None) or ():
            yield method, path
        yield from routes_of(getattr(route, 'app', None), path)
        router = getattr(route, 'original_router', None) or getattr(route, 'router', None)
        yield from routes_of(router, path)


@pytest.fixture
def reached(page, monkeypatch):
    """The requests that reach Gradio."""
    seen = []
    inner = page.gate.app

    async def app(scope, receive, send):
        seen.append((scope['method'], scope['path']))
        await inner(scope, receive, send)

    monkeypatch.setattr(page.gate, 'app', app)
    return seen


def test_every_endpoint_is_known(page, visitor, reached):
    """A Gradio with more endpoints opens none of them."""
    routes = {(method, path.replace('//', '/')) for method, path in routes_of(page.gradio)}
    assert len(routes) > 40 and routes >= OPEN | ANSWERED_BY_THE_GATE
    for method, path in sorted(routes | {(method, path) for path in OTHERS for method in ('GET', 'POST')}):
        if (method, path) in OPEN | ANSWERED_BY_THE_GATE:
            continue
        answer, _ = visitor.request(method, re.sub('{[^}]*}', 'x', path), **{'Content-Type': 'application/json'})
        assert answer.status in (404, 405), (method, path, answer.status)
    assert reached == []


def test_the_page_works_with_what_is_open(page, visitor, reached):
    html = visitor.open()
    scripts = re.findall(r'(?:src|href)="\./(assets/[^"]+)"', html)
    assert scripts and visitor.request('GET', f'/{scripts[0]}')[0].status == 200
    assert visitor.request('GET', '/theme.css')[0].status == 200
    assert visitor.ask(visitor.send('a.mp4', b'content'))[0] == 'a.mp4: content'
    assert {(method, path) for method, path in reached} <= {
        *(('GET', path) for path in ('/', '/theme.css', f'/{scripts[0]}', '/gradio_api/queue/data')),
        ('POST', '/gradio_api/queue/join'),
    }


@pytest.mark.parametrize('method', ['OPTIONS', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'HEAD', 'FOO'])
def test_other_methods_are_refused(visitor, reached, method):
    assert visitor.request(method, '/')[0].status == 405
    assert visitor.request(method, '/gradio_api/upload')[0].status == 405
    assert reached == []


def test_there_are_no_web_sockets(page, visitor, reached):
    upgrade = dict(Connection='Upgrade', Upgrade='websocket', Sec_WebSocket_Version='13', Sec_WebSocket_Key='a' * 24)
    for path in ('/gradio_api/queue/join', '/x'):
        assert visitor.request('GET', path, **upgrade)[0].status in (404, 405)
    assert reached == []


BAD_HOSTS = [
    'evil.example', 'evil.example:{port}', '127.0.0.1.evil.example', 'localhost.evil.example', 'evil@127.0.0.1',
    '10.0.0.1', '[::2]', '127.0.0.1:{port}:1', '127.0.0.1,evil.example', '', ' ', 'localhost.', '0.0.0.0', '2130706433',
    '[::1', 'local host', '127.0.0.1/', '\xe9vil',
]  # fmt: skip


@pytest.mark.parametrize('host', BAD_HOSTS)
def test_a_page_of_another_name_is_refused(page, visitor, reached, host):
    """DNS rebinding: a site whose name points at this machine."""
    for method, path in (('GET', '/'), ('POST', '/gradio_api/upload'), ('GET', '/gradio_api/queue/data')):
        answer, _ = visitor.request(method, path, Host=host.format(port=page.port))
        assert answer.status in (400, 403) and answer.getheader('set-cookie') is None
    assert reached == []


def test_a_request_without_or_with_two_hosts_is_refused(page, reached):
    for hosts in ('', f'Host: {page.host}\r\nHost: {page.host}\r\n'):
        with socket.create_connection(('127.0.0.1', page.port)) as connection:
            connection.sendall(f'GET / HTTP/1.0\r\n{hosts}\r\n'.encode())
            assert re.match(rb'HTTP/1.1 (400|403) ', connection.recv(100))
    assert reached == []


@pytest.mark.parametrize('host', ['127.0.0.1', 'localhost', 'LOCALHOST:80', '[::1]:80', '127.0.0.1:8080'])
def test_the_pages_own_names_are_accepted(visitor, host):
    assert visitor.request('GET', '/', Host=host)[0].status == 200


@pytest.mark.parametrize(
    'origin', ['http://evil.example', 'http://127.0.0.1:1', 'http://localhost:{port}', 'null', 'file://', '', 'http://']
)
def test_another_page_may_not_ask(page, visitor, origin):
    origin = origin.format(port=page.port)
    given = visitor.send('a.mp4', b'content')
    assert visitor.upload('b.mp4', b'content', Origin=origin)[0].status == 403
    body = json.dumps(dict(data=[dict(path=given)], session_hash='a'))
    assert visitor.request('POST', '/gradio_api/queue/join', body, Origin=origin)[0].status == 403
    assert visitor.request('GET', '/gradio_api/queue/data?session_hash=a', Origin=origin)[0].status == 403
    assert len(page.files()) == 1


@pytest.mark.parametrize('site', ['cross-site', 'same-site', 'x'])
def test_what_a_browser_says_of_the_asking_site_counts(visitor, site):
    assert visitor.upload('b.mp4', b'content', Sec_Fetch_Site=site)[0].status == 403
    assert visitor.request('GET', '/', Sec_Fetch_Site=site)[0].status == 200  # a link


def test_without_the_pages_token_nothing_is_accepted(page, visitor):
    name, _, token = visitor.cookie.partition('=')
    someone, _, signature = token.partition('.')
    elsewhere = f'{someone}.{"0" * len(signature)}'
    for cookie in (None, '', 'a', f'{name}=', f'{name}=.', f'{name}={someone}', f'{name}={elsewhere}',
                   f'x{visitor.cookie}', f'{name}=a.{signature}', f'{name}={someone}.\xe9'):  # fmt: skip
        stranger = Visitor(page.port)
        stranger.cookie = cookie
        assert stranger.upload('a.mp4', b'content')[0].status == 403
        assert stranger.join('x')[0].status == 403
        assert stranger.request('GET', '/gradio_api/queue/data?session_hash=a')[0].status == 403
    assert page.files() == []


def test_the_token_stays_in_the_browser(page, visitor):
    cookie = Visitor(page.port).request('GET', '/')[0].getheader('set-cookie')
    assert cookie.endswith('; Path=/; HttpOnly; SameSite=Strict') and cookie != visitor.cookie
    assert visitor.request('GET', '/')[0].getheader('set-cookie') is None  # it has one


@pytest.mark.parametrize(
    'body',
    ['', '{', 'null', '[]', '1', '"a"', '{}', '{"data": []}', '{"data": [{}], "session_hash": 1}', '[' * 10_000,
     '{"data": [null, null], "session_hash": "a"}', '{"data": {}, "session_hash": "a"}', '\ud800', 'NaN',
     '{"data": [null], "session_hash": "a"}', '{"data": ["a"], "session_hash": "a"}', '\x80', 'x' * 100_000],
)  # fmt: skip
def test_what_the_page_would_not_ask_is_refused(page, visitor, reached, body):
    body = body.encode('utf-8', 'surrogatepass')
    answer, text = visitor.request('POST', '/gradio_api/queue/join', body, **{'Content-Type': 'application/json'})
    assert answer.status in (400, 413) and json.loads(text)['detail'].endswith('.')
    assert reached == []


def test_three_functions_are_called_and_no_others(page):
    assert page.gate.offer.functions == dict(enumerate(FUNCTIONS))


@pytest.mark.parametrize(
    ('function', 'data'),
    [
        ('recognise', []),
        ('recognise', ['a', 'b']),
        ('example', ['a']),
        ('example', [None]),
        ('draw', []),
        ('draw', [None]),
        ('draw', ['eigencam']),
        ('draw', [['gradcam']]),
        ('draw', [{'path': 'gradcam'}]),
        ('draw', ['gradcam', 'rollout']),
        ('draw', ['../gradcam']),
        ('draw', ['__class__']),
    ],
)
def test_a_function_gets_what_the_page_gives_it(page, visitor, reached, function, data):
    assert 'eigencam' not in METHODS
    answer, text = visitor.call(function, data)
    assert answer.status == 400 and json.loads(text)['detail'] == 'The page does not ask for this.'
    assert reached == [] and not page.clips.asked


def test_the_example_is_for_those_who_opened_the_page(visitor):
    assert Visitor(visitor.port).request('GET', '/example')[0].status == 403
    answer, text = visitor.request('GET', '/example')
    assert (answer.status, text, answer.getheader('content-type')) == (200, EXAMPLE.decode(), 'video/mp4')
    for path in ('/example/', '/example/x', '/example.mp4', '/example/..'):
        assert visitor.request('GET', path)[0].status == 404
    assert visitor.request('POST', '/example')[0].status == 405


@pytest.mark.parametrize(
    ('wanted', 'status', 'start', 'end'),
    [
        ('bytes=0-', 206, 0, None),
        ('bytes=3-5', 206, 3, 6),
        ('bytes=3-999', 206, 3, None),
        ('bytes=5-3', 200, 0, None),
        ('bytes=99-', 200, 0, None),
        ('bytes=-3', 200, 0, None),
        ('bytes=0-1,3-4', 200, 0, None),
        ('bytes=99999999999999-', 200, 0, None),
        ('x', 200, 0, None),
    ],
)
def test_a_part_of_the_example(visitor, wanted, status, start, end):
    answer, text = visitor.request('GET', '/example', Range=wanted)
    assert answer.status == status and text == EXAMPLE[start:end].decode()


@pytest.mark.parametrize(
    'more', [dict(fn_index=7), dict(fn_index=-1), dict(trigger_id=10**30), dict(fn_index=True), dict(fn_index=None)]
)
def test_no_other_function_is_called(visitor, more):
    answer, text = visitor.join(visitor.send('a.mp4', b'content'), **more)
    assert answer.status in (400, 500) and json.loads(text)['detail'].endswith('.')


def test_gradio_gets_no_more_than_the_page_sends(page, visitor, monkeypatch):
    scopes = []
    inner = page.gate.app

    async def app(scope, receive, send):
        scopes.append(scope)
        await inner(scope, receive, send)

    monkeypatch.setattr(page.gate, 'app', app)
    headers = {'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'https', 'X-Gradio-User': 'a',
               'X-Forwarded-For': '1.2.3.4', 'Authorization': 'b', 'Referer': 'http://evil.example'}  # fmt: skip
    answer, html = visitor.request('GET', '/?deep_link=../../x&page=y', **headers)
    assert answer.status == 200 and 'evil.example' not in html
    (scope,) = scopes
    assert scope['query_string'] == b'' and {name for name, _ in scope['headers']} <= set(load('web_gate').HEADERS)


def test_headers_that_restrict_the_browser(visitor):
    for path in ('/', '/nothing', '/theme.css'):
        headers = visitor.request('GET', path, Origin=visitor.origin)[0].headers
        assert "frame-ancestors 'none'" in headers['content-security-policy'] and headers['x-frame-options'] == 'DENY'
        assert headers['x-content-type-options'] == 'nosniff' and headers['referrer-policy'] == 'no-referrer'
        assert not [name for name in headers if name.startswith('access-control')] and 'server' not in headers


def test_no_path_and_no_error_of_the_server_is_shown(tmp_path, caplog):
    def look(path, name):
        raise FileNotFoundError(f'{path} of {ROOT}')

    with serve_page(tmp_path.resolve(), look, rates=GENEROUS) as page:
        visitor = page.visitor()
        texts = [visitor.open(), visitor.upload('a', b'')[1], visitor.upload('a', b'0' * 200_000)[1]]
        given = visitor.send('a.mp4', b'content')
        texts += [visitor.join(given)[1], visitor.request('GET', '/gradio_api/queue/data?session_hash=here')[1]]
        texts += [visitor.request('GET', f'/assets/{name}')[1] for name in ('x', 'a/b.js', 'index.html')]
        texts += [visitor.request('GET', '/gradio_api/queue/data?session_hash=%00')[1], visitor.join('x')[1]]
        page.gate.app = None  # a fault of the server's own
        texts.append(visitor.request('GET', '/')[1])
    assert texts[-1] == 'The request could not be answered.' and 'NoneType' in caplog.text
    for text in texts:
        assert not [word for word in (tmp_path.name, str(ROOT), 'site-packages', 'Traceback', 'Error:') if word in text]


def test_behind_a_reverse_proxy(tmp_path):
    forwarded = {'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '9.9.9.9, 1.2.3.4', 'Host': 'demo.example.org'}
    with serve_page(tmp_path.resolve(), rates=GENEROUS, allowed=['Demo.example.org']) as page:
        visitor = Visitor(page.port)
        visitor.origin = 'https://demo.example.org'
        answer, html = visitor.request('GET', '/', **forwarded)
        cookie = answer.getheader('set-cookie')
        assert answer.status == 200 and cookie.endswith('; Secure') and '"root":"https://demo.example.org"' in html
        visitor.cookie = cookie.partition(';')[0]
        assert visitor.upload('a.mp4', b'content', **forwarded)[0].status == 200
        (upload,) = page.uploads.by_name.values()
        assert upload.client == '1.2.3.4'  # as the proxy saw it, and not as the client claims
        assert visitor.request('GET', '/', Host='evil.example')[0].status == 403


def test_an_address_of_the_machine_is_no_name_of_another():
    hosts = load('web_address').Hosts('0.0.0.0', '0.0.0.0')
    assert hosts.accepts('192.168.1.5:7860') and hosts.accepts('[fe80::1]') and hosts.accepts(socket.gethostname())
    assert not hosts.accepts('evil.example') and not hosts.accepts('1.2.3.4.evil.example')
