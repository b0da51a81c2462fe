"""The newest complete checkpoint of a work dir."""

from logging import WARNING
from pathlib import Path

from mmengine.logging import print_log

from ..errors import InputError
from .files import load_file

NEEDED = ('state_dict', 'optimizer', 'meta')


def newest_complete_checkpoint(work_dir: str | Path) -> str | None:
    """Path of the checkpoint to resume from, or None if the work dir has no checkpoint.

    Corrupt files, and those without the state of the optimizer, are skipped, and a warning is logged.

    Raises:
        InputError: If there are checkpoints and none of them can be resumed.
    """
    names = ('epoch_*.pth', 'iter_*.pth', 'interrupted_*.pth')
    found = [path for name in names for path in Path(work_dir).glob(name)]
    found.sort(key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)
    for path in found:
        fault = fault_of(path)
        if fault is None:
            return str(path)
        print_log(f'{path} is skipped: {fault}', 'current', WARNING)
    if found:
        raise InputError(
            f'the {len(found)} checkpoints in {work_dir} cannot be resumed (see above): delete them to start from '
            'scratch, or name one with --resume PATH'
        )
    return None


def fault_of(path: Path) -> str | None:
    """What is wrong with a checkpoint; None if it can be resumed."""
    try:
        checkpoint = load_file(str(path))
    except InputError as error:
        return str(error)
    missing = [key for key in NEEDED if key not in checkpoint]
    return f'missing keys: {", ".join(missing)}' if missing else None
