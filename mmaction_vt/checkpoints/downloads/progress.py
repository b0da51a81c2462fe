"""A progress bar of a download."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn


@contextmanager
def progress_bar(name: str, received: int, size: int | None, shown: bool) -> Iterator[Callable[[int], None]]:
    """Show how much of a file is there, on the terminal that standard error is.

    Args:
        name: What is written before the bar.
        received: Bytes that are there already.
        size: Bytes of the whole file, if known.
        shown: Whether there is a bar at all.

    Yields:
        What is called with the number of bytes that are there.
    """
    console = Console(stderr=True)
    columns = (TextColumn('{task.description}', markup=False), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    shown = shown and console.is_terminal
    with Progress(*columns, TimeRemainingColumn(), console=console, disable=not shown) as progress:
        task = progress.add_task(name, total=size, completed=received)
        yield lambda there: progress.update(task, completed=there)
