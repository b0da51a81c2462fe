"""The one file of an upload, read while it arrives."""

import logging
from collections.abc import AsyncIterator

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from web_refusals import BAD_REQUEST, RefusedError

MOST_HEADERS = 4096  # bytes
LONGEST_BOUNDARY = 70  # RFC 2046
logging.getLogger('python_multipart').setLevel(logging.ERROR)  # what clients send is no news


class FileReader:
    """The file in a ``multipart/form-data`` body that holds nothing else.

    Args:
        content_type: Header of the request.
        chunks: The body.

    Attributes:
        name: The name that the client gives the file, once its content is read.
    """

    def __init__(self, content_type: str, chunks: AsyncIterator[bytes]) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b'boundary', b'')
        if kind != b'multipart/form-data' or not 0 < len(boundary) <= LONGEST_BOUNDARY:
            raise RefusedError(BAD_REQUEST, 'An upload is multipart/form-data with one file.')
        self.chunks = chunks
        self.name: str | None = None
        self.parts, self.headers = 0, 0
        self.field, self.value = bytearray(), bytearray()
        self.pending: list[bytes] = []
        self.complete = False
        self.parser = MultipartParser(
            boundary,
            {
                'on_part_begin': self._begin,
                'on_part_data': lambda data, start, end: self.pending.append(data[start:end]),
                'on_header_field': lambda data, start, end: self._grow(self.field, data[start:end]),
                'on_header_value': lambda data, start, end: self._grow(self.value, data[start:end]),
                'on_header_end': self._header,
                'on_headers_finished': self._check,
                'on_end': self._end,
            },
        )

    async def content(self) -> AsyncIterator[bytes]:
        """The content of the file, in pieces.

        Raises:
            RefusedError: If the body is anything but one file.
        """
        async for chunk in self.chunks:
            try:
                self.parser.write(chunk)
            except FormParserError as error:
                raise RefusedError(BAD_REQUEST, 'The upload is malformed.') from error
            for piece in self.pending:
                yield piece
            self.pending.clear()
        if not self.complete or self.name is None:
            raise RefusedError(BAD_REQUEST, 'The upload is incomplete.')

    def _begin(self) -> None:
        self.parts += 1
        if self.parts > 1:
            raise RefusedError(BAD_REQUEST, 'One video at a time, please.')

    def _grow(self, text: bytearray, data: bytes) -> None:
        self.headers += len(data)
        if self.headers > MOST_HEADERS:
            raise RefusedError(BAD_REQUEST, 'The upload is malformed.')
        text += data

    def _header(self) -> None:
        if self.field.lower() == b'content-disposition':
            _, options = parse_options_header(bytes(self.value))
            if b'filename' in options:
                self.name = options[b'filename'].decode(errors='replace')
        self.field.clear()
        self.value.clear()

    def _check(self) -> None:
        if self.name is None:
            raise RefusedError(BAD_REQUEST, 'An upload is one file, with a name.')

    def _end(self) -> None:
        self.complete = True
