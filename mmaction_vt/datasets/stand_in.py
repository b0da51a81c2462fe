"""Black samples in place of broken videos, for any pipeline."""

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import cv2
import numpy as np
import torch

from .seeding import seeded

Size = tuple[int, int]
Pipeline = Callable[[dict], dict | None]

SIZES: tuple[Size, ...] = ((256, 340), (768, 1024))  # the larger one for crops that do not fit
NUM_FRAMES, FPS = 300, 30
FRAMES_OF_FILE = 64


def pack_black(pipeline: Pipeline, info: dict) -> dict:
    """Pack a black video, with the annotation of a sample.

    A pipeline that begins with a step of this package (``reads_blank``) gets black frames, any other a black file.

    Args:
        pipeline: The pipeline.
        info: The sample.

    Raises:
        Exception: That of the pipeline, if it takes no black video either.
    """
    error: Exception | None = None
    for size in SIZES:
        try:
            packed = _feed(pipeline, info, size)
        except Exception as latest:  # noqa: BLE001  a larger size may do; otherwise it is raised below
            error = error or latest
        else:
            if packed is not None:
                return packed
    raise error or ValueError('the pipeline returns None for a black video')


def fixed_shape(pipeline: Pipeline, info: dict) -> torch.Size | None:
    """The shape of the inputs that a pipeline makes, if it does not depend on the size of the video; otherwise None.

    Args:
        pipeline: The pipeline.
        info: A sample.
    """
    shapes = set()
    for number, size in enumerate(SIZES):
        with seeded(number):
            try:
                shapes.add(shape_of(_feed(pipeline, info, size)))
            except Exception:  # noqa: BLE001  the pipeline takes no black video
                return None
    return shapes.pop() if len(shapes) == 1 else None


def reads_blank(pipeline: Pipeline) -> bool:
    """Whether a pipeline begins with a step of this package, which checks files itself and takes black frames."""
    steps = getattr(pipeline, 'transforms', [])
    return bool(steps) and getattr(steps[0], 'reads_blank', False)


def shape_of(packed: object) -> torch.Size | None:
    """The shape of a sample's inputs, if they are a tensor."""
    inputs = packed.get('inputs') if isinstance(packed, dict) else None
    return inputs.shape if isinstance(inputs, torch.Tensor) else None


def with_shape(packed: dict, shape: torch.Size | None) -> dict:
    """A black sample whose inputs have the shape of others; without a crop the pipeline does not determine it."""
    inputs = packed.get('inputs')
    if shape is not None and isinstance(inputs, torch.Tensor) and inputs.shape != shape:
        packed['inputs'] = inputs.new_zeros(shape)
    return packed


def _feed(pipeline: Pipeline, info: dict, size: Size) -> dict | None:
    """Run a pipeline on a black video: frames if it begins with a step of this package that takes them, else a file."""
    if reads_blank(pipeline):
        with suppress(AttributeError):  # of a decoding step of mmaction2: it needs a file
            return pipeline(dict(info, blank=size))
    with TemporaryDirectory() as folder:
        return pipeline(_with_black_file(info, Path(folder), size))


def _with_black_file(info: dict, folder: Path, size: Size) -> dict:
    """A sample whose video or frames are black files in a folder."""
    info = dict(info)
    if 'start_time' in info:
        info.update(start_time=0.0, stop_time=FRAMES_OF_FILE / FPS)
    if 'frame_dir' in info:
        picture = folder / 'black.png'
        picture.write_bytes(cv2.imencode('.png', np.zeros((*size, 3), np.uint8))[1].tobytes())
        info.update(frame_dir=str(folder), filename_tmpl=picture.name)  # without a number: the same for all frames
        if 'frame_paths' in info:
            info['frame_paths'] = [str(picture)] * len(info['frame_paths'])
    elif 'filename' in info:
        video = folder / 'black.avi'
        video.write_bytes(_black_video(size))
        info.update(filename=str(video))
    return info


@cache
def _black_video(size: Size) -> bytes:
    file = BytesIO()
    with av.open(file, 'w', format='avi') as container:
        stream = container.add_stream('mpeg4', rate=FPS)
        stream.height, stream.width, stream.pix_fmt = *size, 'yuv420p'
        picture = np.zeros((*size, 3), np.uint8)
        for _ in range(FRAMES_OF_FILE):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format='rgb24')))
        container.mux(stream.encode())
    return file.getvalue()
