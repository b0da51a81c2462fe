"""Checkpoints that are whole or not there."""

import io
import os
from collections.abc import Callable
from pathlib import Path

import torch

from ..errors import InputError


def write_checkpoint(checkpoint: dict, filename: str, **options: object) -> None:
    """Write a checkpoint under another name, flush it to the disk, and rename it.

    Whenever the process is killed, the file under its own name is whole: the one before, or this one.

    Args:
        checkpoint: What to write.
        filename: Where; an address (``s3://...``) goes to mmengine's file back ends as before.
        **options: What else mmengine gives to its own function.

    Raises:
        InputError: If the disk is full or the folder cannot be written to; what was there before is still there.
    """
    if '://' in str(filename):
        _mmengines(checkpoint, filename, **options)
        return
    path = Path(filename)
    buffer = io.BytesIO()
    torch.save(checkpoint, buffer)
    try:
        write_whole(path, buffer.getbuffer())
    except OSError as error:
        raise InputError(
            f'the checkpoint {path} ({len(buffer.getbuffer()) / 2**20:.1f} MB) cannot be written: {error.strerror}; '
            'earlier checkpoints are as they were, and --resume goes on from the newest'
        ) from error


def write_whole(path: Path, content: bytes | memoryview) -> None:
    """Write a file under another name, flush it to the disk, and rename it.

    Raises:
        OSError: If that fails; what was there before is still there, and nothing else.
    """
    part = path.with_name(f'{path.name}.part')
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open('wb') as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    except OSError:
        if part.exists():
            part.unlink()
        raise


_mmengines: Callable = None


def install() -> None:
    """Let mmengine's runner write all checkpoints so."""
    global _mmengines  # noqa: PLW0603  what a process replaces once
    import mmengine.runner.runner

    if mmengine.runner.runner.save_checkpoint is write_checkpoint:
        return
    _mmengines = mmengine.runner.runner.save_checkpoint
    mmengine.runner.runner.save_checkpoint = write_checkpoint
