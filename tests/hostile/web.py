"""Hostile requests for the web page, with a server in this process: ``PYTHONPATH=tests python -m hostile.web``.

Another visitor's videos wait all the while: whatever is sent, they stay as they are, nothing internal is shown, nothing
is logged as an error, and every connection ends.
"""

import logging
import random
import socket
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from page_server import DEMO, GENEROUS, Page, load, serve_page

from hostile.outcome import OUTCOMES
from hostile.web_requests import Known, requests

WAITING = 3
SECONDS = 5  # for a response
CONTINUE = b'HTTP/1.1 100 Continue\r\n\r\n'
SHORT = {'web_serving': {'HEAD_SECONDS': 0.3, 'READ_SECONDS': 1}, 'web_stream': {'IDLE': 0.3, 'GRACE': 0.5}}
INTERNAL = ('Traceback', 'site-packages', str(DEMO.parent), 'root:x:0')


@dataclass(frozen=True)
class WebResult:
    """The outcome of a request: its number, its kind, what was sent, and why the outcome is what it is."""

    number: int
    kind: str
    sent: bytes
    outcome: str
    why: str


class Errors(logging.Handler):
    """What is logged as an error: no request may cause one."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(self.format(record))


def try_requests(count: int, seed: int, report: Callable[[WebResult], None], workers: int = 8) -> None:
    """Send ``count`` requests that follow from a seed, and report the outcome of each."""
    errors = Errors()
    for name in ('web_gate', 'uvicorn.error', 'asyncio'):
        logging.getLogger(name).addHandler(errors)
    with (
        tempfile.TemporaryDirectory() as folder,
        shortened(),
        serve_page(Path(folder).resolve(), rates=GENEROUS) as page,
    ):
        waiting = leave_videos(page)
        attacker = page.visitor()
        known = Known(page.host, attacker.cookie, attacker.send('own.mp4', b'own'), list(waiting), folder)
        others = {upload for upload in page.uploads.by_name.values() if upload.client == 'another'}

        def attempt(numbered: tuple[int, tuple[str, bytes, bool]]) -> WebResult:
            number, (kind, sent, must_fail) = numbered
            outcome, why = send(page, sent, must_fail)
            for upload in set(page.uploads.by_name.values()) - others:
                if upload.complete:
                    page.uploads.remove(upload)
            if outcome != 'hang' and any(word in why for word in (*INTERNAL, folder)):
                outcome = 'traceback'
            if errors.messages:
                outcome, why = 'traceback', errors.messages.pop()[-500:]
            lost = [name for name, content in waiting.items() if read(page.folder / name) != content]
            if lost or not others <= set(page.uploads.by_name.values()):
                outcome, why = 'loss', f'gone or changed: {lost}'
            return WebResult(number, kind, sent, outcome, why[:300])

        numbered = zip(range(count), requests(random.Random(f'{seed}/web'), known), strict=False)
        with ThreadPoolExecutor(workers) as pool:
            for result in pool.map(attempt, numbered):
                report(result)
        alive = page.visitor()
        assert alive.ask(alive.send('a.mp4', b'still served'))[0] == 'a.mp4: still served'


@contextmanager
def shortened() -> Iterator[None]:
    """Shorter limits of time."""
    before = {(module, name): getattr(load(module), name) for module in SHORT for name in SHORT[module]}
    try:
        for module, limits in SHORT.items():
            for name, value in limits.items():
                setattr(load(module), name, value)
        yield
    finally:
        for (module, name), value in before.items():
            setattr(load(module), name, value)


def leave_videos(page: Page) -> dict[str, bytes]:
    """Uploads of another visitor."""
    other = page.visitor()
    contents = [f'video {number}'.encode() for number in range(WAITING)]
    names = [other.send('private.mp4', content) for content in contents]
    for upload in page.uploads.by_name.values():
        upload.client = 'another'
    return dict(zip(names, contents, strict=True))


def read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def send(page: Page, sent: bytes, must_fail: bool) -> tuple[str, str]:
    """Send bytes and judge what comes back."""
    received, end = b'', time.monotonic() + SECONDS
    with socket.create_connection(('127.0.0.1', page.port), timeout=SECONDS) as connection:
        try:
            connection.sendall(sent)
            while time.monotonic() < end and not ended(received) and (more := connection.recv(65536)):
                received += more
        except TimeoutError:
            return 'hang', f'no end after {SECONDS} s'
        except ConnectionError:
            return 'clear', 'closed'
    if time.monotonic() >= end:
        return 'hang', f'no end after {SECONDS} s'
    text = received.removeprefix(CONTINUE).decode('latin-1')
    status = text[9:12]
    if not received:
        return 'clear', 'closed'
    if status.startswith('2') or status == '304':
        wrong = must_fail or b'video 0' in received
        return ('silent' if wrong else 'accepted'), text
    if status not in ('400', '403', '404', '405', '408', '413', '429', '503', '507'):
        return 'traceback', text
    return 'clear', text


def ended(received: bytes) -> bool:
    """Whether a response with a stated length is complete."""
    head, _, body = received.removeprefix(CONTINUE).partition(b'\r\n\r\n')
    for line in head.lower().split(b'\r\n'):
        if line.startswith(b'content-length: '):
            return len(body) >= int(line[16:])
    return body.endswith(b'0\r\n\r\n')


def main() -> None:
    parser = ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--cases', type=int, default=2000, help='how many (default: %(default)s)')
    parser.add_argument('--seed', type=int, default=0, help='from which they follow (default: %(default)s)')
    args = parser.parse_args()
    counts: Counter[tuple[str, str]] = Counter()

    def report(result: WebResult) -> None:
        counts[result.kind, result.outcome] += 1
        if result.outcome not in ('clear', 'accepted'):
            print(f'{result.outcome:>9} {result.kind} {result.number}: {result.sent[:300]!r}: {result.why}', flush=True)

    try_requests(args.cases, args.seed, report)
    kinds = sorted({kind for kind, _ in counts})
    print(f'| kind | tried | {" | ".join(OUTCOMES)} |', f'| --- {"| ---: " * (len(OUTCOMES) + 1)}|', sep='\n')
    for kind in kinds:
        numbers = [counts[kind, outcome] for outcome in OUTCOMES]
        print(f'| {kind} | {sum(numbers)} | {" | ".join(map(str, numbers))} |')
    sys.exit(any(counts[kind, outcome] for kind in kinds for outcome in OUTCOMES[2:]))


if __name__ == '__main__':
    main()
