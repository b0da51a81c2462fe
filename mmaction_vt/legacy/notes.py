"""Messages about old names."""

import os
import sys


def say(note: str) -> None:
    """Print a line to standard error, in the first of several processes."""
    if os.environ.get('RANK', '0') == '0':
        print(f'mmaction 0.x: {note}', file=sys.stderr)
