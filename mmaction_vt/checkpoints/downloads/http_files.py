"""Requests for a file to a web server, and its errors."""

import http.client
from contextlib import closing
from http.client import HTTPResponse
from http.cookiejar import CookieJar
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPCookieProcessor, Request, build_opener

from ...version import __version__
from .addresses import SITES, google_drive
from .web_pages import PAGE_TYPES, Page, confirmed, is_page

HEADERS = {'User-Agent': f'mmaction_vt/{__version__}', 'Accept-Encoding': 'identity'}
TIMEOUT = 30  # seconds without a byte
START = 512  # bytes that identify a web page
LONGEST_PAGE = 2**20
TRANSIENT = (408, 425, 429, 500, 502, 503, 504)
PARTIAL_CONTENT, RANGE_NOT_SATISFIABLE = 206, 416
BROKEN = (ConnectionResetError, ConnectionAbortedError, BrokenPipeError, http.client.BadStatusLine)


class DownloadError(Exception):
    """A file cannot be downloaded."""


class TransientError(DownloadError):
    """A download failed; another attempt may succeed."""


class RangeError(TransientError):
    """The server cannot resume a partial download."""


class FileServer:
    """The server of an address, with its cookies.

    Args:
        address: The address of the file.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.cookies = CookieJar()
        self.opener = build_opener(HTTPCookieProcessor(self.cookies))

    def ask(self, headers: dict[str, str]) -> tuple[HTTPResponse, bytes]:
        """The response with the file, and its first bytes, which have been read.

        Google Drive's page about a file that is too large to scan is followed.

        Args:
            headers: Further headers of the request, such as a range.

        Raises:
            DownloadError: If the server does not send the file.
        """
        response = self._open(self.address, headers)
        start, page = _start(response)
        if page and SITES.get(urlsplit(self.address).netloc) is google_drive:
            onward = confirmed(page, response.url, {cookie.name: cookie.value or '' for cookie in self.cookies})
            if onward:
                response = self._open(onward, headers)
                start, page = _start(response)
        if page:
            title = page.title or 'without a title'
            raise DownloadError(f'the server sends a web page ("{title}") instead of a file')
        encoding = response.headers.get('Content-Encoding', 'identity')
        if encoding != 'identity':
            response.close()
            raise DownloadError(f'the server sends the file compressed ({encoding})')
        return response, start

    def _open(self, address: str, headers: dict[str, str]) -> HTTPResponse:
        host = urlsplit(address).netloc
        try:
            return self.opener.open(Request(address, headers={**HEADERS, **headers}), timeout=TIMEOUT)
        except HTTPError as error:
            error.close()
            raise _error_of(error) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            cause = error.reason if isinstance(error, URLError) else error
            if isinstance(cause, TimeoutError):
                raise DownloadError(f'{host} does not answer within {TIMEOUT} seconds') from error
            if isinstance(cause, BROKEN):
                raise TransientError(f'{host} closes the connection without an answer') from error
            reason = getattr(cause, 'strerror', None) or str(cause) or type(cause).__name__
            raise DownloadError(f'there is no connection to {host} ({reason.splitlines()[0]})') from error


def read(response: HTTPResponse, count: int, received: int = 0, size: int | None = None) -> bytes:
    """The next bytes of a response, as soon as there are some.

    Args:
        response: The response.
        count: How many at most.
        received: Bytes of the file received so far, for the message.
        size: Bytes of the file, likewise.

    Raises:
        TransientError: If the connection breaks off.
    """
    try:
        return response.read1(count)
    except (OSError, http.client.HTTPException) as error:
        raise TransientError(ended(received, size)) from error


def ended(received: int, size: int | None) -> str:
    total = f'{size:,}' if size else 'an unknown number of'
    return f'the connection ended after {received:,} of {total} bytes'


def _error_of(error: HTTPError) -> DownloadError:
    if error.code in (401, 403):
        return DownloadError(f'the server denies access ({error.code})')
    if error.code in (404, 410):
        return DownloadError(f'the server has no such file ({error.code})')
    if error.code == RANGE_NOT_SATISFIABLE:
        return RangeError(f'the server cannot resume it ({error.code})')
    kind = TransientError if error.code in TRANSIENT else DownloadError
    return kind(f'the server responds with {error.code} {error.reason}')


def _start(response: HTTPResponse) -> tuple[bytes, Page | None]:
    """The first bytes of a response, and the web page if it is one."""
    start = b'' if response.status == PARTIAL_CONTENT else _read_all(response, START)
    if response.headers.get_content_type() not in PAGE_TYPES and not is_page(start):
        return start, None
    with closing(response):
        return b'', Page((start + _read_all(response, LONGEST_PAGE)).decode(errors='replace'))


def _read_all(response: HTTPResponse, count: int) -> bytes:
    content = b''
    while len(content) < count and (chunk := read(response, count - len(content), len(content))):
        content += chunk
    return content
