"""The newest complete checkpoint of a work dir, whatever the clock was when it was written."""

import re
from logging import WARNING
from pathlib import Path

from mmengine.logging import print_log

from ..errors import InputError
from .files import load_file
from .resumable import check_resumable

INTERRUPTED, REGULAR = 'interrupted_*.pth', ('epoch_*.pth', 'iter_*.pth')
LAST = 'last_checkpoint'  # mmengine's file with the name of the checkpoint that was written last


def newest_complete_checkpoint(work_dir: str | Path) -> str | None:
    """Path of the checkpoint to resume from, or None if the work dir has no checkpoint.

    It is the one that mmengine noted as the last, or that of a later interrupt; if these are corrupt, the one with the
    largest number. Times of files do not count, since clocks go wrong and copies have other times. Files that are
    damaged, those without the state of the optimizer, and those whose weights are NaN or infinite are skipped, and a
    warning that names them is logged.

    Args:
        work_dir: The work dir.

    Raises:
        InputError: If there are checkpoints and none of them can be resumed.
    """
    folder = Path(work_dir)
    interrupted = sorted(folder.glob(INTERRUPTED), key=number_of, reverse=True)
    regular = in_order(folder, [path for name in REGULAR for path in folder.glob(name)])
    best = [found for found in (first_complete(interrupted), first_complete(regular)) if found is not None]
    if best:
        return str(max(best, key=lambda found: found[0])[1])  # of the same step, the interrupted one
    if interrupted or regular:
        raise InputError(
            f'the {len(interrupted) + len(regular)} checkpoints in {work_dir} cannot be resumed (see above): delete '
            'them to start from scratch, or name one with --resume PATH'
        )
    return None


def in_order(folder: Path, paths: list[Path]) -> list[Path]:
    """Regular checkpoints from the newest to the oldest.

    Numbers of epochs do not compare with numbers of iterations: where there are both, times decide.
    """
    try:
        last = Path((folder / LAST).read_text(encoding='utf-8', errors='replace').strip()).name
    except OSError:  # there is none
        last = ''
    is_mixed = len({path.name.partition('_')[0] for path in paths}) > 1
    return sorted(
        paths,
        key=lambda path: (path.name == last, modified(path) if is_mixed else 0, number_of(path)),
        reverse=True,
    )


def modified(path: Path) -> int:
    """When a file was written; 0 for a link to nowhere."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def number_of(path: Path) -> int:
    """The number at the end of a checkpoint's name."""
    digits = re.search(r'(\d+)$', path.stem)
    return -1 if digits is None else int(digits[1])


def first_complete(paths: list[Path]) -> tuple[int, Path] | None:
    """The first checkpoint that can be resumed, and its iteration; None if there is none."""
    for path in paths:
        try:
            return iteration_of(path), path
        except InputError as error:
            print_log(f'{path} is skipped: {error}', 'current', WARNING)
    return None


def iteration_of(path: Path) -> int:
    """The iteration at which a checkpoint was written.

    Raises:
        InputError: If it cannot be resumed.
    """
    checkpoint = load_file(path)
    check_resumable(checkpoint)
    return checkpoint['meta']['iter']
