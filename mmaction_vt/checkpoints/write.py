"""Checkpoints that are whole or not there."""

import io
from pathlib import Path

import torch

from ..errors import InputError
from ..utils.files import write_whole


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
        from mmengine.runner.checkpoint import save_checkpoint

        save_checkpoint(checkpoint, filename, **options)
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
