"""All that the web page's server exposes: a gate before Gradio, which serves many more addresses than the page needs.

A request reaches Gradio only on a listed route, with the page's own Host and Origin and a token that the page was
given, at a limited rate. It is made anew: of the headers, the query and the body, only what the page needs is passed.
Uploads do not reach Gradio.
"""

import hashlib
import hmac
import json
import logging
import re
import secrets
from collections.abc import Collection, Mapping
from http.cookies import CookieError, SimpleCookie
from typing import NamedTuple
from urllib.parse import parse_qs, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from web_address import Hosts, is_loopback
from web_clips import Clips
from web_live import MOST_BYTES, LiveSessions
from web_multipart import FileReader
from web_rates import Rates, client_of
from web_refusals import BAD_REQUEST, BUSY, FAILED, FORBIDDEN, NOT_FOUND, WRONG_METHOD, RefusedError
from web_reply import Reply
from web_stream import body_of, chunks_of
from web_uploads import Upload, Uploads, shown_name

FILE = r'(?:[A-Za-z0-9_-][A-Za-z0-9._-]*/)*[A-Za-z0-9_-][A-Za-z0-9._-]*'
UPLOAD, JOIN, DATA = '/gradio_api/upload', '/gradio_api/queue/join', '/gradio_api/queue/data'
EXAMPLE, LIVE = '/example', '/live'
# What the page asks for, and nothing else is served.
ROUTES = (
    ('GET', re.compile('/')),
    ('GET', re.compile(r'/theme\.css|/favicon\.ico')),
    ('GET', re.compile(f'/(?:assets|static)/{FILE}')),
    ('POST', re.compile(UPLOAD)),
    ('POST', re.compile(JOIN)),
    ('GET', re.compile(DATA)),
    ('GET', re.compile(EXAMPLE)),
    ('POST', re.compile(LIVE)),
)
PUBLIC = re.compile(f'/|/theme\\.css|/favicon\\.ico|/(?:assets|static)/{FILE}')  # the page itself, without a token
HEADERS = (b'host', b'accept', b'accept-encoding', b'if-none-match', b'if-modified-since')
NUMBERS = ('fn_index', 'trigger_id')  # Gradio's, of the function and of what calls it
MOST_NUMBER = 1000
MOST_JSON = 16 * 1024  # bytes
MOST_ANSWERS = 256  # that nobody has fetched
MOST_STREAMS = 8  # answers for which a client waits at once


class Offer(NamedTuple):
    """What the page offers.

    Args:
        functions: ``recognise``, ``example`` and ``draw``, by Gradio's numbers; no other is called.
        methods: Those by which ``draw`` draws.
        example: Content and media type of the example, or None.
    """

    functions: Mapping[int, str]
    methods: Collection[str] = ()
    example: tuple[bytes, str] | None = None


class Gate:
    """ASGI application in front of another.

    Args:
        app: Gradio's.
        hosts: The names of the page.
        uploads: The visitors' files.
        clips: What was seen of them.
        rates: How often they may ask.
        offer: For what they may ask.
        cookie: Name of the cookie that holds a visitor's token.
        live: The visitors' cameras, if the page has a live tab.
    """

    def __init__(
        self,
        app: ASGIApp,
        hosts: Hosts,
        uploads: Uploads,
        clips: Clips,
        rates: Rates,
        offer: Offer,
        cookie: str,
        live: LiveSessions | None = None,
    ) -> None:
        self.app, self.hosts, self.uploads, self.rates, self.cookie = app, hosts, uploads, rates, cookie
        self.clips, self.offer, self.live = clips, offer, live
        self.key = secrets.token_bytes(32)
        self.joined: dict[str, None] = {}  # streams for which there is or will be an answer
        self.streams: dict[str, int] = {}  # those that each client has open

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope['type'] == 'lifespan':
            await self.app(scope, receive, send)
            return
        if scope['type'] != 'http':
            await send({'type': 'websocket.close', 'code': 1008})
            return
        reply = Reply(send, as_json=scope['path'] == JOIN)
        try:
            await self.answer(Request(scope, receive), reply)
        except RefusedError as refused:
            await reply.refuse(refused)
        except ClientDisconnect:
            return
        except Exception:  # the page keeps running, and does not show details
            logging.getLogger(__name__).exception('A request could not be answered')
            await reply.refuse(RefusedError(FAILED, 'The request could not be answered.'))

    async def answer(self, request: Request, reply: Reply) -> None:
        """Check a request and pass it on.

        Raises:
            RefusedError: If it is none of the page's.
        """
        path, headers = request.scope['path'], request.headers
        client = self.client(request)
        self.rates.spend('request', client)
        fetch_site = None if path == '/' else headers.get('sec-fetch-site')
        self.hosts.check(single(headers.getlist('host')), single(headers.getlist('origin')), fetch_site)
        check_route(request.method, path)
        visitor = self.visitor(request)
        if visitor is None and not PUBLIC.fullmatch(path):
            raise RefusedError(
                FORBIDDEN, 'This request did not come from the page: please reload the page, with cookies.'
            )
        posts = {UPLOAD: self.upload, JOIN: self.join, LIVE: self.frame}
        if path in posts:
            await posts[path](request, reply, visitor, client)
            return
        if headers.get('content-length', '0') != '0' or 'transfer-encoding' in headers:
            raise RefusedError(BAD_REQUEST, 'A request of this kind has no content.')
        if path == DATA:
            await self.data(request, reply, visitor, client)
            return
        if path == EXAMPLE:
            if self.offer.example is None:
                raise RefusedError(NOT_FOUND, 'There is no example.')
            await reply.video(*self.offer.example, headers.get('range', ''))
            return
        if path == '/':
            self.rates.spend('page', client)
            if visitor is None:
                reply.headers.append(('set-cookie', self.new_cookie(request)))
        await self.app(self.remade(request), request.receive, reply.send)

    def client(self, request: Request) -> str:
        """The client's address; of a reverse proxy on this machine, its client's."""
        address = request.client.host if request.client else ''
        forwarded = request.headers.get('x-forwarded-for', '').rpartition(',')[2].strip()
        if forwarded and self.hosts.behind_proxy and is_loopback(address):
            address = forwarded[:64]
        return client_of(address)

    def sign(self, text: str) -> str:
        """A text that only this server could have made of another."""
        return hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()

    def visitor(self, request: Request) -> str | None:
        """Who asks, by the token that this server gave."""
        try:
            cookies = SimpleCookie('; '.join(request.headers.getlist('cookie')))
        except CookieError:
            return None
        given = cookies[self.cookie].value if self.cookie in cookies else ''
        name, _, signature = given.partition('.')
        return name if hmac.compare_digest(self.sign(name).encode(), signature.encode()) else None

    def new_cookie(self, request: Request) -> str:
        """A token for a new visitor, which browsers send with this page's requests only."""
        name = secrets.token_hex(16)
        secure = '; Secure' if self.scheme(request) == 'https' else ''
        return f'{self.cookie}={name}.{self.sign(name)}; Path=/; HttpOnly; SameSite=Strict{secure}'

    def scheme(self, request: Request) -> str:
        """How a reverse proxy, if there is one, says that it was asked."""
        given = request.headers.get('x-forwarded-proto', '')
        return given if self.hosts.behind_proxy and given in ('http', 'https') else request.scope['scheme']

    def remade(self, request: Request, query: str = '', body: bytes | None = None) -> Scope:
        """A request of the page as Gradio gets it."""
        headers = [pair for pair in request.scope['headers'] if pair[0] in HEADERS]
        if body is not None:
            headers += [(b'content-type', b'application/json'), (b'content-length', str(len(body)).encode())]
        path = request.scope['path']
        return {
            **request.scope,
            'headers': headers,
            'query_string': query.encode(),
            'raw_path': path.encode(),
            'root_path': '',
            'scheme': self.scheme(request),
        }

    async def upload(self, request: Request, reply: Reply, visitor: str, client: str) -> None:
        """Keep a file, and say by which identifier it is known."""
        self.rates.spend('upload', client)
        length = request.headers.get('content-length', '')
        if length.isdecimal() and int(length) > self.uploads.most_bytes + MOST_JSON:
            raise self.uploads.too_large()
        upload = self.uploads.add(visitor, client)
        try:
            file = FileReader(request.headers.get('content-type', ''), chunks_of(request.receive))
            await self.uploads.write(upload, file.content())
            upload.name = shown_name(file.name)
        finally:
            if not upload.complete:
                self.uploads.remove(upload)
        await reply.json([upload.path.name])

    async def frame(self, request: Request, reply: Reply, visitor: str, client: str) -> None:
        """Take a frame of a camera, and send the latest answer."""
        self.rates.spend('live', client)
        if self.live is None:
            raise RefusedError(NOT_FOUND, 'There is nothing here.')
        if request.headers.get('content-type') != 'image/jpeg':
            raise RefusedError(BAD_REQUEST, 'A frame of the camera is a JPEG file.')
        content = await body_of(request.receive, MOST_BYTES)
        await reply.json(await run_in_threadpool(self.live.push, visitor, client, content))

    async def join(self, request: Request, reply: Reply, visitor: str, client: str) -> None:
        """Ask for an answer, in the words that Gradio expects."""
        self.rates.spend('join', client)
        given = parse_join(await body_of(request.receive, MOST_JSON))
        stream = self.sign(f'{visitor} {given["session_hash"]}')
        data, upload = self.arguments(given, visitor, client, stream)
        numbers = {key: given[key] for key in NUMBERS}
        body = json.dumps(dict(numbers, data=data, session_hash=stream)).encode()
        try:
            await self.app(self.remade(request, body=body), replay(body, request.receive), reply.send)
        finally:
            if reply.status != 200:
                self.withdraw(upload, stream)
        if reply.status != 200:
            return
        self.joined[stream] = None
        while len(self.joined) > MOST_ANSWERS:
            del self.joined[next(iter(self.joined))]

    def arguments(
        self, given: dict[str, object], visitor: str, client: str, stream: str
    ) -> tuple[list[object], Upload | None]:
        """What a function is called with, and the upload that it is about.

        Raises:
            RefusedError: If the page has no such function, does not call it so, or may not call it now.
        """
        function, data = self.offer.functions.get(given['fn_index']), given['data']
        if function == 'recognise' and len(data) == 1:
            name = data[0].get('path') if isinstance(data[0], dict) else None
            upload = self.uploads.claim(name, visitor, stream)
            return [dict(path=str(upload.path), orig_name=upload.name, meta={'_type': 'gradio.FileData'})], upload
        if function == 'example' and not data:
            self.clips.ask(stream, client)
            return [], None
        if function == 'draw' and len(data) == 1 and isinstance(data[0], str) and data[0] in self.offer.methods:
            self.clips.ask(stream, client)
            return data, None
        raise RefusedError(BAD_REQUEST, 'The page does not ask for this.')

    def withdraw(self, upload: Upload | None, stream: str) -> None:
        """What was asked for is not answered."""
        if upload is None:
            self.clips.forget_question(stream)
        else:
            self.uploads.remove(upload)

    async def data(self, request: Request, reply: Reply, visitor: str, client: str) -> None:
        """Send the answers for which one visitor waits."""
        (session,) = parse_qs(request.scope['query_string'].decode('latin-1')).get('session_hash', [''])[:1]
        stream = self.sign(f'{visitor} {session}')
        if stream not in self.joined:
            raise RefusedError(NOT_FOUND, 'There is no answer to wait for.')
        if self.streams.get(client, 0) >= MOST_STREAMS:
            raise RefusedError(BUSY, 'Too many answers are waited for. Please close other windows of this page.')
        self.streams[client] = self.streams.get(client, 0) + 1
        try:
            scope = self.remade(request, urlencode(dict(session_hash=stream)))
            await self.app(scope, request.receive, reply.send)
        finally:
            self.streams[client] -= 1
            if not self.streams[client]:
                del self.streams[client]
            self.uploads.abandon(stream)
            self.clips.forget_question(stream)
            if not self.uploads.expected(stream) and stream not in self.clips.asked:
                self.joined.pop(stream, None)


def single(values: list[str]) -> str | None:
    """The value of a header that is sent once; several are none that is known."""
    return ', '.join(values) if values else None


def check_route(method: str, path: str) -> None:
    """Check that the page asks for this.

    Raises:
        RefusedError: If it does not.
    """
    methods = [accepted for accepted, pattern in ROUTES if pattern.fullmatch(path)]
    if not methods:
        raise RefusedError(NOT_FOUND, 'There is nothing here.')
    if method not in methods:
        raise RefusedError(WRONG_METHOD, 'This address is not used like that.', [('allow', ', '.join(methods))])


def parse_join(body: bytes) -> dict[str, object]:
    """What the page sends to ask for an answer.

    Raises:
        RefusedError: If it is anything else.
    """
    try:
        given = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RefusedError(BAD_REQUEST, 'The request is not JSON.') from error
    if not isinstance(given, dict) or not isinstance(given.get('session_hash'), str):
        raise RefusedError(BAD_REQUEST, 'The request names no session_hash.')
    if not all(type(number) is int and 0 <= number < MOST_NUMBER for number in map(given.get, NUMBERS)):
        raise RefusedError(BAD_REQUEST, f'The request names no {" or ".join(NUMBERS)}.')
    if not isinstance(given.get('data'), list):
        raise RefusedError(BAD_REQUEST, 'The request has no list of data.')
    return given


def replay(body: bytes, receive: Receive) -> Receive:
    """Give a body that was read, then what comes after it."""
    pending: list[Message] = [{'type': 'http.request', 'body': body, 'more_body': False}]

    async def again() -> Message:
        return pending.pop() if pending else await receive()

    return again
