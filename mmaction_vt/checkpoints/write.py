"""Writing checkpoints atomically."""

import io
from pathlib import Path

import torch

from ..errors import InputError
from ..utils.files import write_atomically


def write_checkpoint(checkpoint: dict, filename: str, **options: object) -> None:
    """Write a checkpoint atomically: whenever the process is killed, the file is complete, the old or the new one.

    Args:
        checkpoint: What to write.
        filename: The file; an address (``s3://...``) goes to mmengine's file back ends.
        **options: Other arguments of mmengine's ``save_checkpoint``.

    Raises:
        InputError: If the disk is full or the folder cannot be written to; what was there before remains.
    """
    if '://' in str(filename):
        from mmengine.runner.checkpoint import save_checkpoint

        save_checkpoint(checkpoint, filename, **options)
        return
    path = Path(filename)
    buffer = io.BytesIO()
    torch.save(checkpoint, buffer)
    try:
        write_atomically(path, buffer.getbuffer())
    except OSError as error:
        raise InputError(
            f'the checkpoint {path} ({len(buffer.getbuffer()) / 2**20:.1f} MB) cannot be written: {error.strerror}; '
            'earlier checkpoints are intact, and --resume continues from the newest'
        ) from error
