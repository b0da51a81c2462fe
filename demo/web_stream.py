"""What a client sends, read in limited time: one that sends a byte now and then must not hold a connection."""

import asyncio
import time
from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect
from starlette.types import Receive
from web_refusals import TOO_LARGE, TOO_SLOW, RefusedError

IDLE = 15  # seconds without anything
GRACE = 20  # seconds, plus those that the content takes at the slowest speed
SLOWEST = 16 * 1024  # bytes per second


async def chunks_of(receive: Receive) -> AsyncIterator[bytes]:
    """The content of a request, in pieces.

    Raises:
        RefusedError: If it comes too slowly.
        ClientDisconnect: If the client leaves.
    """
    start, size, more = time.monotonic(), 0, True
    while more:
        left = GRACE + size / SLOWEST - (time.monotonic() - start)
        try:
            message = await asyncio.wait_for(receive(), min(max(left, 0.001), IDLE))
        except asyncio.TimeoutError as error:
            raise RefusedError(TOO_SLOW, 'The request came too slowly.', [('connection', 'close')]) from error
        if message['type'] == 'http.disconnect':
            raise ClientDisconnect
        chunk, more = message.get('body', b''), message.get('more_body', False)
        size += len(chunk)
        yield chunk


async def body_of(receive: Receive, most_bytes: int) -> bytes:
    """The whole content of a request.

    Raises:
        RefusedError: If it comes too slowly or is too large.
        ClientDisconnect: If the client leaves.
    """
    body = bytearray()
    async for chunk in chunks_of(receive):
        body += chunk
        if len(body) > most_bytes:
            raise RefusedError(TOO_LARGE, 'The request is too large.')
    return bytes(body)
