"""Hostile requests for the web page, as bytes: paths, heads, uploads, questions and noise."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass

PATHS = ('/', '/theme.css', '/assets/x.js', '/static/js/x.js', '/gradio_api/upload', '/gradio_api/queue/join',
         '/gradio_api/queue/data', '/gradio_api/file=', '/gradio_api/proxy=', '/config', '/login', '/gradio_api/info',
         '/gradio_api/stream/a/b/1/playlist.m3u8', '/gradio_api/call/recognise', '/gradio_api/component_server',
         '/gradio_api/cancel', '/gradio_api/reset', '/gradio_api/heartbeat/a', '/gradio_api/run/predict',
         '/gradio_api/process_recording', '/gradio_api/vibe-edit', '/monitoring/summary')  # fmt: skip
STEPS = ('..', '%2e%2e', '..%2f', '%252e%252e%252f', '..\\', '..%5c', '.', '//', '%00', '%0d%0a', '~', ';', '....//',
         '%c0%ae%c0%ae/', 'etc/passwd', '?', '#', '*', '%', '%zz', 'a' * 3000, '\\\\host\\x')  # fmt: skip
METHODS = ('GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT', 'get', 'G\x00T', '', 'X' * 3000)
HOSTS = ('evil.example', '127.0.0.1.evil.example', 'evil@127.0.0.1', '127.0.0.1:x', '[::1', '', '0', 'localhost.', '*',
         '169.254.169.254', '127.1', 'xn--e1afmkfd', '127.0.0.1\t', '%31', 'a' * 5000)  # fmt: skip
ORIGINS = (
    'null',
    'http://evil.example',
    'http://localhost',
    'file://',
    'https://127.0.0.1',
    'http://127.0.0.1:80',
    'x',
)
HEADERS = ('X-Forwarded-Host: evil.example', 'X-Forwarded-For: 127.0.0.1', 'X-Original-URL: /config',
           'Expect: 100-continue', 'Upgrade: websocket\r\nConnection: Upgrade', 'Transfer-Encoding: chunked',
           'Transfer-Encoding: gzip, chunked',
           'Content-Length: 0', 'Content-Length: -1', 'Content-Length: 5, 6', 'Content-Length: 99999999999999999999',
           'Range: bytes=0-,0-,0-', 'Accept-Encoding: gzip;q=x', 'If-None-Match: *', 'Cookie: page_1=a.b',
           'Cookie: =;;,', 'Sec-Fetch-Site: cross-site', 'X: ' + 'a' * 20_000, 'no colon', ' folded: x',
           'Content-Type: multipart/form-data; boundary=b', 'Content-Type: application/json', 'Connection: x',
           'Accept: ' + ','.join('*/*' * 500), 'Forwarded: host=evil.example', 'Authorization: Basic Og==')  # fmt: skip


@dataclass(frozen=True)
class Known:
    """What the attacker knows: the page, a token and an upload of its own, and even the names of others' uploads."""

    host: str
    cookie: str
    own: str
    others: list[str]
    folder: str


def requests(rng: random.Random, known: Known) -> Iterator[tuple[str, bytes, bool]]:
    """Kinds, requests, and whether success would be wrong, without end."""
    makers = {'paths': path, 'heads': head, 'uploads': upload, 'questions': question, 'answers': answer, 'noise': noise}
    while True:
        for kind, make in makers.items():
            text, must_fail = make(rng, known)
            yield kind, text, must_fail


def build(known: Known, method: str, target: str, body: bytes = b'', *more: str, **replaced: str | None) -> bytes:
    """A request of the page's own, except for what is given."""
    given = {'Host': known.host, 'Origin': f'http://{known.host}', 'Cookie': known.cookie, **replaced}
    if body or method == 'POST':
        given.setdefault('Content-Length', str(len(body)))
    lines = [f'{name.replace("_", "-")}: {value}' for name, value in given.items() if value is not None]
    return '\r\n'.join([f'{method} {target} HTTP/1.1', *lines, *more, '', '']).encode('utf-8', 'replace') + body


def path(rng: random.Random, known: Known) -> tuple[bytes, bool]:
    """Paths out of what is served, and addresses of Gradio's that the page does not need."""
    steps = [rng.choice((*STEPS, *known.others, known.folder, known.own)) for _ in range(rng.randint(1, 6))]
    target = rng.choice(PATHS[2:]) + rng.choice(('', '/', '?', '=')) + rng.choice(('/', '', '\\')).join(steps)
    return build(known, rng.choice(('GET', 'POST', 'HEAD')), target.replace(' ', '%20')), True


def head(rng: random.Random, known: Known) -> tuple[bytes, bool]:
    """Methods, names of the host, origins and headers."""
    replaced: dict[str, str | None] = {}
    bad = rng.choice(('host', 'origin', 'cookie', 'method', 'headers'))
    method, target = rng.choice((('GET', '/gradio_api/queue/data?session_hash=a'), ('POST', '/gradio_api/queue/join')))
    more = [rng.choice(HEADERS) for _ in range(rng.randint(0, 3) + (bad == 'headers'))]
    if bad == 'host':
        replaced['Host'] = rng.choice((*HOSTS, None))
    elif bad == 'origin':
        replaced['Origin'] = rng.choice(ORIGINS)
    elif bad == 'cookie':
        replaced['Cookie'] = rng.choice(
            (None, '', 'x=y', known.cookie[:-1], known.cookie.swapcase(), f'{known.cookie}0')
        )
    elif bad == 'method':
        method = rng.choice(METHODS[2:])
    return build(known, method, target, b'', *more, **replaced), True


def upload(rng: random.Random, known: Known) -> tuple[bytes, bool]:
    """Multipart bodies that are cut, doubled, mislabelled or too large, with names that are paths."""
    name = rng.choice(('a.mp4', '../../a', '/etc/passwd', f'{known.folder}/{known.others[0]}', '\0', '"', 'a' * 9000,
                       '', '\u202e', 'a\r\nX: y', '..', 'con'))  # fmt: skip
    field = rng.choice(('files', 'file', '', '__proto__', 'a' * 500))
    part = f'--b\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'.encode(
        'utf-8', 'replace'
    )
    body = part + rng.randbytes(rng.choice((0, 1, 1000, 120_000))) + b'\r\n--b--\r\n'
    change = rng.choice(('none', 'cut', 'twice', 'flip', 'boundary', 'length', 'chunked', 'type'))
    kind = 'multipart/form-data; boundary=b'
    replaced: dict[str, str | None] = {}
    if change == 'cut':
        body = body[: rng.randrange(len(body))]
    elif change == 'twice':
        body = body[:-4] + b'\r\n' + body
    elif change == 'flip':
        at = rng.randrange(len(part))
        body = body[:at] + rng.randbytes(1) + body[at + 1 :]
    elif change == 'boundary':
        kind = rng.choice(('multipart/form-data', 'multipart/form-data; boundary=',
                           f'multipart/form-data; boundary={"b" * 99}',
                           'multipart/mixed; boundary=b', 'multipart/form-data; boundary=\xff'))  # fmt: skip
    elif change == 'length':
        replaced['Content-Length'] = rng.choice(('0', '1', str(len(body) + 9), str(10**15), '-1', 'x', '1e3', '+5'))
    elif change == 'chunked':
        replaced.update({'Content-Length': None, 'Transfer-Encoding': 'chunked'})
        body = rng.choice(
            (b'%x\r\n' % len(body) + body + b'\r\n0\r\n\r\n', b'fffffffff\r\n' + body, b'-1\r\n', b'x', body)
        )
    elif change == 'type':
        kind = rng.choice(('', 'application/json', 'text/plain', 'application/x-www-form-urlencoded', 'a' * 3000))
    must_fail = change in ('boundary', 'type', 'twice')
    return build(known, 'POST', '/gradio_api/upload', body, **{'Content-Type': kind, **replaced}), must_fail


def question(rng: random.Random, known: Known) -> tuple[bytes, bool]:
    """JSON that names what is not the asking visitor's."""
    name = rng.choice((*known.others, f'{known.folder}/{known.others[0]}', f'{known.folder}/x/..', known.folder, '..',
                       '', f'../{known.others[0]}', f'{known.own}/../{known.others[0]}', '/etc/passwd', 'http://127.0.0.1:1/',
                       'file:///etc/passwd', '\0', None, 1, [], {}, True, 1e400, 'a' * 9000, '\ud800'))  # fmt: skip
    file = rng.choice(
        (dict(path=name, meta={'_type': 'gradio.FileData'}), dict(url=name), [name], name, dict(path=[name]))
    )
    given = dict(data=[file], fn_index=rng.choice((0, 0, 2, 3)), trigger_id=1, session_hash='a')
    for key in list(given):
        if rng.random() < 0.1:
            given[key] = rng.choice((None, -1, 10**30, 0.5, True, '', 'a' * 5000, [], {}, [[]], [None, None]))
        elif rng.random() < 0.05:
            del given[key]
    given.update(rng.choice(({}, {'event_data': {}}, {'batched': True}, {'__proto__': 1}, {'oauth_token': 'x'})))
    body = json.dumps(given).encode()
    broken = rng.random()
    if broken < 0.1:
        body = body[: rng.randrange(len(body))]
    elif broken < 0.15:
        body = rng.choice(
            (b'', b'[' * 9000, b'\xff\xfe', b'null', b'{"a":' * 2000, b'"' + b'x' * 20_000 + b'"', b'1' * 9000)
        )
    return build(known, 'POST', '/gradio_api/queue/join', body, **{'Content-Type': 'application/json'}), True


def answer(rng: random.Random, known: Known) -> tuple[bytes, bool]:
    """Sessions of which the asking visitor has none."""
    value = rng.choice(
        ('', 'here', 'a' * 5000, '%00', '../..', '%', '&session_hash=here', '%ff%fe', '%F0%9F%92%A9', '+')
    )
    query = rng.choice(('session_hash=', 'session_hash[]=', 'Session_hash=', '', '=', '&' * 2000 + 'session_hash='))
    return build(known, 'GET', f'/gradio_api/queue/data?{query}{value}'), True


def noise(rng: random.Random, known: Known) -> tuple[bytes, bool]:
    """Bytes, and requests with some of them changed."""
    good = build(known, 'GET', rng.choice(PATHS[5:]))
    kind = rng.randrange(4)
    if kind == 0:
        return rng.randbytes(rng.randrange(2000)), True
    if kind == 1:
        return good[: rng.randrange(len(good))], True
    if kind == 2:
        return b'\x16\x03\x01\x02\x00\x01\x00' + rng.randbytes(300), True  # TLS
    changed = bytearray(good)
    for _ in range(rng.randint(1, 10)):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed), True
