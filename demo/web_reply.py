"""Responses of the web page: with headers that restrict the browser, and without anything internal."""

import json
import re

from starlette.types import Message, Send
from web_refusals import BUSY, FAILED, NOT_FOUND, RefusedError

# A browser may only load from this server, and the clip inside the page; no other site may frame it.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
SECURITY = (
    ('content-security-policy', POLICY),
    ('referrer-policy', 'no-referrer'),
    ('x-content-type-options', 'nosniff'),
    ('x-frame-options', 'DENY'),
    ('cross-origin-opener-policy', 'same-origin'),
    ('cross-origin-resource-policy', 'same-origin'),
)
RANGE = re.compile(r'bytes=(\d{1,12})-(\d{0,12})')
PASSED = (b'content-type', b'content-length', b'cache-control', b'etag', b'last-modified', b'vary', b'content-encoding')
SENTENCES = {BUSY: 'Too many videos are waiting. Please try again later.', NOT_FOUND: 'There is nothing here.'}


class Reply:
    """The response to a request.

    Args:
        send: Sends it.
        as_json: Whether the page expects an error as JSON.

    Attributes:
        headers: More headers, of a response that succeeds.
        status: What was sent; None before.
    """

    def __init__(self, send: Send, as_json: bool) -> None:
        self._send, self.as_json = send, as_json
        self.headers: list[tuple[str, str]] = []
        self.status: int | None = None
        self.replaced = False

    async def send(self, message: Message) -> None:
        """Pass on what Gradio responds; a sentence stands in for its errors, which may hold paths."""
        if message['type'] == 'http.response.start':
            status = message['status']
            if 200 <= status < 300 or status == 304:
                headers = [(name, value) for name, value in message['headers'] if name.lower() in PASSED]
                await self._start(status, headers, self.headers)
            else:
                status = status if status in SENTENCES else FAILED
                await self.refuse(RefusedError(status, SENTENCES.get(status, 'The request could not be answered.')))
                self.replaced = True
        elif not self.replaced:
            await self._send(message)

    async def refuse(self, refused: RefusedError) -> None:
        """Say why there is no answer; if one has begun, it ends too early instead."""
        if self.status is not None:
            return
        if self.as_json:
            await self._whole(refused.status, {'detail': refused.sentence}, refused.headers)
        else:
            await self._whole(refused.status, refused.sentence, refused.headers)

    async def json(self, value: object) -> None:
        """Respond with JSON."""
        await self._whole(200, value, ())

    async def video(self, content: bytes, kind: str, wanted: str) -> None:
        """Respond with a video, or with the part that a header Range asks for, as players do."""
        found = RANGE.fullmatch(wanted)
        first = int(found[1]) if found else 0
        last = min(int((found and found[2]) or len(content)), len(content) - 1)
        if found is None or first > last:
            await self._body(200, content, kind, (('accept-ranges', 'bytes'),))
            return
        part = f'bytes {first}-{last}/{len(content)}'
        await self._body(206, content[first : last + 1], kind, (('content-range', part), ('accept-ranges', 'bytes')))

    async def _whole(self, status: int, value: object, more: tuple[tuple[str, str], ...]) -> None:
        is_text = isinstance(value, str)
        body = value if isinstance(value, str) else json.dumps(value)
        await self._body(status, body.encode(), 'text/plain; charset=utf-8' if is_text else 'application/json', more)

    async def _body(self, status: int, body: bytes, kind: str, more: tuple[tuple[str, str], ...]) -> None:
        headers = [
            (b'content-type', kind.encode()),
            (b'content-length', str(len(body)).encode()),
            (b'cache-control', b'no-store'),
        ]
        await self._start(status, headers, more)
        await self._send({'type': 'http.response.body', 'body': body})

    async def _start(self, status: int, headers: list[tuple[bytes, bytes]], more: object) -> None:
        self.status = status
        headers += [(name.encode(), value.encode()) for name, value in (*SECURITY, *more)]
        await self._send({'type': 'http.response.start', 'status': status, 'headers': headers})
