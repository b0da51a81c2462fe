"""The web page's server: uvicorn, with limits of time and number for connections."""

import asyncio
import socket
import threading
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol
from web_rates import client_of

MOST_CONNECTIONS = 256
MOST_OF_A_CLIENT = 32
HEAD_SECONDS = 15  # until the head of a request is complete
READ_SECONDS = 30  # for a client to read 64 KB
HEAD_BYTES = 16 * 1024


class LimitedConnection(H11Protocol):
    """A connection that is closed if its client is slow or has too many."""

    most_of_a_client = MOST_OF_A_CLIENT
    deadline: asyncio.TimerHandle | None = None
    write_deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count it, and expect a request."""
        super().connection_made(transport)
        self.expect_head()
        own = client_of(self.client[0]) if self.client else ''
        same = sum(client_of(other.client[0]) == own for other in self.connections if other.client)
        if same > self.most_of_a_client:
            self.end('429 Too Many Requests')

    def data_received(self, data: bytes) -> None:
        """Stop the clock while a request is answered."""
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self.forget_head()

    def on_response_complete(self) -> None:
        """Expect the next request; whatever is left of this one is not waited for longer."""
        super().on_response_complete()
        if self.cycle is None or self.cycle.response_complete:
            self.expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop all clocks."""
        self.forget_head()
        self.resume_writing()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Expect the client to read."""
        super().pause_writing()
        self.write_deadline = self.loop.call_later(READ_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """The client has read."""
        super().resume_writing()
        if self.write_deadline is not None:
            self.write_deadline.cancel()
            self.write_deadline = None

    def expect_head(self) -> None:
        """Start the clock for a request."""
        self.forget_head()
        self.deadline = self.loop.call_later(HEAD_SECONDS, self.end, '408 Request Timeout')

    def forget_head(self) -> None:
        """Stop it."""
        if self.deadline is not None:
            self.deadline.cancel()
            self.deadline = None

    def end(self, status: str) -> None:
        """Close the connection; say why if nothing was sent on it."""
        if self.transport.is_closing():
            return
        if self.cycle is None:
            self.transport.write(f'HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'.encode())
        self.transport.close()


class Server:
    """A server in a thread.

    Args:
        app: What it serves.
        bound: Where; it listens already.
        behind_proxy: Whether connections from this machine are those of a reverse proxy, with many clients.

    Attributes:
        failed: Whether it ended without being told.
    """

    def __init__(self, app: ASGIApp, bound: socket.socket, behind_proxy: bool = False) -> None:
        class Connection(LimitedConnection):
            most_of_a_client = MOST_CONNECTIONS if behind_proxy else MOST_OF_A_CLIENT

        config: dict[str, Any] = dict(
            http=Connection, ws='none', proxy_headers=False, server_header=False, date_header=False, access_log=False,
            log_level='error', limit_concurrency=MOST_CONNECTIONS, timeout_keep_alive=5,
            timeout_graceful_shutdown=1, h11_max_incomplete_event_size=HEAD_BYTES,
        )  # fmt: skip
        self.bound = bound
        self.server = uvicorn.Server(uvicorn.Config(app, **config))
        self.failed = False
        self.thread = threading.Thread(target=self._run, daemon=True)

    def start(self, ended: Callable[[], None] = lambda: None) -> None:
        """Serve in a thread.

        Args:
            ended: Called when the server ends, whatever the reason.
        """
        self.ended = ended
        self.thread.start()

    def _run(self) -> None:
        try:
            self.server.run(sockets=[self.bound])
        finally:
            self.failed = not self.server.should_exit
            self.ended()

    def stop(self) -> None:
        """End it, and answers that are being sent."""
        self.server.should_exit = True
        self.thread.join(10)
