"""Handling of videos that cannot be decoded, or do not fit the pipeline."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import torch
from mmaction.datasets import BaseActionDataset

from ..errors import BrokenVideoError, InputError
from ..utils.file_kinds import display_path
from ..utils.time_limit import call_in_time, video_timeout
from ..utils.video_files import check_local_video
from .seeding import seeded
from .stand_in import fixed_shape, pack_black, reads_blank, shape_of, with_shape

MOST_IN_A_ROW = 20
MOST_DIMENSIONS = 7  # of inputs
UNKNOWN, VARIABLE = -1, 0
NEIGHBOURS = 5  # samples by which the shape of a black one is found, if none has been read before


class FailuresInARow:
    """Samples that could not be read, one after another, with no other between them.

    If the pipeline's options fit none of the videos that can be decoded, broken videos among them do not hide it.
    """

    def __init__(self) -> None:
        self._count = 0
        self._of_options: InputError | None = None

    def add(self, name: str, error: Exception) -> None:
        """Count a sample.

        Raises:
            InputError: If they are too many: that of the pipeline's options, if there was one; otherwise of this video.
        """
        self._count += 1
        if isinstance(error, InputError) and not isinstance(error, BrokenVideoError):
            self._of_options = InputError(str(error))
        if self._count >= MOST_IN_A_ROW:
            raise self._of_options or BrokenVideoError(
                f'{self._count} videos in a row cannot be decoded; the last one: {reason_of(name, error)}'
            ) from error


class ForgiveBrokenVideos(BaseActionDataset):
    """A data set that tolerates broken videos, and those that do not fit the pipeline, whatever the pipeline.

    In training a broken sample is replaced by another, drawn at random. The metainfo ``broken_videos`` of that data
    sample maps the videos it replaces to the reasons; ``BrokenVideosHook`` counts them. In testing nothing is replaced:
    the sample gets a black video and the metainfo ``broken_video``, the reason, for ``CountBrokenVideos``. A video that
    is not read within the limit of ``MMACTION_VT_VIDEO_TIMEOUT``, 300 seconds, is broken as well.

    After ``set_epoch`` (called by ``SameRunHook``) the random numbers of a training sample depend only on the epoch,
    the seed and its index, whichever worker loads it and whatever was loaded before.

    Raises:
        InputError: If many samples in a row are broken; in testing, if none was read before, or if the pipeline takes
            no black video either.
    """

    def __init__(self, *args: object, **kwargs: object) -> None:
        self._epoch_and_seed = torch.full((2,), -1).share_memory_()  # shared with the workers
        self._shape: torch.Size | None = None  # of the inputs of a sample that could be read
        self._fixed_shape = torch.full((1 + MOST_DIMENSIONS,), UNKNOWN).share_memory_()  # its length and the shape
        self._failures = FailuresInARow()  # before the first sample that could be read
        self._seconds = video_timeout()
        super().__init__(*args, **kwargs)

    def set_epoch(self, epoch: int, seed: int) -> None:
        self._epoch_and_seed.copy_(torch.tensor([epoch, seed]))

    def __getitem__(self, index: int) -> dict:
        self.full_init()
        if self.test_mode:
            return self._test_sample(index)
        epoch, seed = self._epoch_and_seed.tolist()
        with seeded(seed, epoch, index) if epoch >= 0 else nullcontext():
            return self._training_sample(index)

    def prepare_data(self, idx: int) -> Any:
        """A sample from the pipeline, within the time limit."""
        info = self.get_data_info(idx)
        name = name_of(info)
        if 'filename' in info and not reads_blank(self.pipeline):  # a step of this package checks it itself
            info['filename'] = check_local_video(info['filename'])
        packed = call_in_time(self.pipeline, info, name, self._seconds)
        shape = shape_of(packed)
        if shape is not None and shape != self._shape:
            self._check_shape(shape, idx)
        return packed

    def _check_shape(self, shape: torch.Size, index: int) -> None:
        """Check the shape of inputs; transforms of mmaction2 make smaller ones of videos that are smaller than a crop.

        Raises:
            BrokenVideoError: If the pipeline makes inputs of another shape, whatever the size of a video.
        """
        if self._fixed_shape[0] == UNKNOWN:
            fixed = fixed_shape(self.pipeline, self.get_data_info(index)) or ()
            self._fixed_shape[1 : 1 + len(fixed)] = torch.tensor(fixed)
            self._fixed_shape[0] = len(fixed)
        length = int(self._fixed_shape[0])
        fixed = torch.Size(self._fixed_shape[1 : 1 + length].tolist())
        if length != VARIABLE and shape != fixed:
            raise BrokenVideoError(
                f'the video {display_path(name_of(self.get_data_info(index)))} does not fit the pipeline: its inputs '
                f'have the shape {tuple(shape)}, not {tuple(fixed)}'
            )

    def _test_sample(self, index: int) -> dict:
        try:
            packed: dict = super().__getitem__(index)
        except Exception as error:  # noqa: BLE001  whatever a decoder or a transform raises costs one sample
            if self._shape is None:
                self._failures.add(name_of(self.get_data_info(index)), error)
            self._shape = self._shape or self._neighbouring_shape(index)
            return black_sample(self.pipeline, self.get_data_info(index), error, self._shape)
        self._shape = shape_of(packed)
        return packed

    def _neighbouring_shape(self, index: int) -> torch.Size | None:
        for step in range(1, min(NEIGHBOURS, len(self) - 1) + 1):
            try:
                return shape_of(self.prepare_data((index + step) % len(self)))
            except Exception:  # noqa: BLE001  it is reported when it is its turn
                continue
        return None

    def _training_sample(self, index: int) -> dict:
        broken, failures = {}, FailuresInARow()
        while True:
            try:
                packed: dict = super().__getitem__(index)
            except Exception as error:  # noqa: BLE001  whatever a decoder or a transform raises costs one sample
                name = name_of(self.get_data_info(index))
                broken[name] = reason_of(name, error)
                failures.add(name, error)
                index = self._rand_another()
            else:
                if isinstance(packed, dict) and 'data_samples' in packed:  # otherwise the pipeline does not pack
                    about = dict(video_name=name_of(self.get_data_info(index)))
                    packed['data_samples'].set_metainfo(about | (dict(broken_videos=broken) if broken else {}))
                return packed


def black_sample(pipeline: Callable, info: dict, error: Exception, shape: torch.Size | None = None) -> dict:
    """The test sample of a broken video: a black one, marked for ``CountBrokenVideos``.

    Args:
        pipeline: The pipeline.
        info: The sample.
        error: Why it cannot be read.
        shape: The shape of other samples' inputs, if known.

    Raises:
        InputError: If the pipeline takes no black video either.
    """
    name = name_of(info)
    try:
        packed = with_shape(pack_black(pipeline, info), shape)
    except Exception as second:
        if isinstance(error, InputError):
            raise error from second
        raise InputError(f'{reason_of(name, error)}, and neither does a black video') from error
    packed['data_samples'].set_metainfo(dict(broken_video=reason_of(name, error), video_name=name))
    return packed


def reason_of(name: str, error: Exception) -> str:
    """Why a video cannot be read, in one line."""
    text = ' '.join(str(error).split())
    if isinstance(error, BrokenVideoError):
        return text
    if not isinstance(error, InputError):
        text = f'{type(error).__name__}: {text}' if text else type(error).__name__
    shown = display_path(name)
    return text if shown in text else f'the video {shown} does not fit the pipeline: {text}'


def name_of(info: dict) -> str:
    """Path of a sample's video or frame folder."""
    return info.get('filename') or info.get('frame_dir') or 'an unnamed video'
