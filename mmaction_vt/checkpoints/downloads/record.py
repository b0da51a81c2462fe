"""The record of a downloaded file, stored beside it."""

import json
from pathlib import Path
from typing import NamedTuple

from ...utils.files import write_atomically

RECORD = '.record.json'


class Record(NamedTuple):
    """What is known of a file.

    Attributes:
        address: Its address.
        name: Its name.
        size: Its bytes; None if the server does not state them.
        validator: Its ETag, or its time of last modification, by which a change is noticed.
        sha256: Its SHA-256, once it is complete.
    """

    address: str
    name: str
    size: int | None
    validator: str | None
    sha256: str | None = None

    @classmethod
    def read(cls, folder: Path) -> 'Record | None':
        """The record in a folder, or None if there is no readable one."""
        try:
            return cls(**json.loads((folder / RECORD).read_text(encoding='utf-8')))
        except (OSError, ValueError, TypeError):
            return None

    def write(self, folder: Path) -> None:
        """Write the record into a folder."""
        write_atomically(folder / RECORD, json.dumps(self._asdict(), indent=1))
