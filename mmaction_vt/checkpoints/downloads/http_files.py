"""What a web server answers when it is asked for a file, and why it gives none."""

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
START = 512  # bytes that tell a web page
LONGEST_PAGE = 2**20
TRANSIENT = (408, 425, 429, 500, 502, 503, 504)
PARTIAL_CONTENT, RANGE_NOT_SATISFIABLE = 206, 416
BROKEN = (ConnectionResetError, ConnectionAbortedError, BrokenPipeError, http.client.BadStatusLine)


class DownloadError(Exception):
    """Why a file cannot be had."""


class TransientError(DownloadError):
    """Why a file was not had this time; another attempt may succeed."""


class RangeError(TransientError):
    """The server cannot continue what is there of the file."""


class FileServer:
    """The server that has the file of an address; it keeps the server's cookies.

    Args:
        address: Where the file is.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.cookies = CookieJar()
        self.opener = build_opener(HTTPCookieProcessor(self.cookies))

    def ask(self, headers: dict[str, str]) -> tuple[HTTPResponse, bytes]:
        """The response that brings the file, and the first bytes of it, which have been read.

        Google Drive's page about a file that is too large to scan is followed.

        Args:
            headers: What is asked for beside the file itself, such as a range.

        Raises:
            DownloadError: If there is no such response.
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
            raise DownloadError(f'the server answers with a web page ("{title}") instead of a file')
        encoding = response.headers.get('Content-Encoding', 'identity')
        if encoding != 'identity':
            response.close()
            raise DownloadError(f'the server sends it compressed ({encoding})')
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
    """Up to so many bytes of a response, as soon as there are some.

    Args:
        response: The response.
        count: How many at most.
        received: Bytes of the file that are there, for the message.
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
        return DownloadError(f'the server does not allow it ({error.code})')
    if error.code in (404, 410):
        return DownloadError(f'the server has no such file ({error.code})')
    if error.code == RANGE_NOT_SATISFIABLE:
        return RangeError(f'the server cannot resume it ({error.code})')
    kind = TransientError if error.code in TRANSIENT else DownloadError
    return kind(f'the server answers {error.code} {error.reason}')


def _start(response: HTTPResponse) -> tuple[bytes, Page | None]:
    """The first bytes of a response, and the page if it is one."""
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
