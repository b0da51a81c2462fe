"""The progress bar of a download."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn


@contextmanager
def progress_bar(name: str, received: int, size: int | None, shown: bool) -> Iterator[Callable[[int], None]]:
    """Show the progress of a download if standard error is a terminal.

    Args:
        name: The text before the bar.
        received: Bytes received before.
        size: Bytes of the complete file, if known.
        shown: Whether the bar is shown.

    Yields:
        A function that takes the number of bytes received so far.
    """
    console = Console(stderr=True)
    columns = (TextColumn('{task.description}', markup=False), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    shown = shown and console.is_terminal
    with Progress(*columns, TimeRemainingColumn(), console=console, disable=not shown) as progress:
        task = progress.add_task(name, total=size, completed=received)
        yield lambda there: progress.update(task, completed=there)
