"""What a program says when it takes something under its old name."""

import os
import sys


def say(note: str) -> None:
    """Print a line beside the output of a program, in one of several processes."""
    if os.environ.get('RANK', '0') == '0':
        print(f'mmaction 0.x: {note}', file=sys.stderr)
