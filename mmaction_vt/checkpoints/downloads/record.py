"""What is known of a downloaded file, kept beside it."""

import json
from pathlib import Path
from typing import NamedTuple

from ...utils.files import write_whole

RECORD = '.record.json'


class Record(NamedTuple):
    """What the server said of a file, and what was found.

    Attributes:
        address: Where it comes from.
        name: What it is called.
        size: Its bytes; None if the server does not say.
        validator: Its ETag, or when it was changed last: what tells that it is still the same file.
        sha256: Its SHA-256 once it is complete.
    """

    address: str
    name: str
    size: int | None
    validator: str | None
    sha256: str | None = None

    @classmethod
    def read(cls, folder: Path) -> 'Record | None':
        """The record in a folder, or None if there is none that can be read."""
        try:
            return cls(**json.loads((folder / RECORD).read_text(encoding='utf-8')))
        except (OSError, ValueError, TypeError):
            return None

    def write(self, folder: Path) -> None:
        """Put the record into a folder."""
        write_whole(folder / RECORD, json.dumps(self._asdict(), indent=1).encode())
