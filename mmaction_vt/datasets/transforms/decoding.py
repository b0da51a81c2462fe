"""mmaction2's decord transforms, for files that may be corrupt.

For pipelines written for mmaction2, with steps of their own between decoding and cropping. The configs of this package
use ``VideoToClips``, which is faster.
"""

import os
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from mmaction.datasets.transforms import DecordDecode as _DecordDecode
from mmaction.datasets.transforms import DecordInit as _DecordInit
from mmaction.datasets.transforms import loading

from ...errors import BrokenVideoError, InputError
from ...registry import TRANSFORMS
from ...utils.video_files import check_video_bytes, check_video_file, undecodable, unreadable
from ..decord_reader import DECORD_ERRORS, count_shown, open_with_decord
from ..video_readers import BlankReader

if TYPE_CHECKING:
    from decord import VideoReader


@TRANSFORMS.register_module()
class DecordInit(_DecordInit):
    """mmaction2's ``DecordInit``, which opens a video, for files that may be missing or corrupt.

    For pipelines written for mmaction2; ``VideoToClips`` replaces this step and those up to cropping.

    A local file is opened by its path. mmaction2 copies it into memory, which takes as much memory again, and decord
    0.6 crashes (segmentation fault) on truncated AVI and WebM files in memory.

    ``total_frames`` is the number of frames that are shown. If a file was cut without re-encoding, decord also counts
    frames before the cut, and can hang if more frames are requested than are shown.

    Required keys: ``filename``. Added keys: ``video_reader``, ``total_frames``, ``avg_fps``.

    Args:
        io_backend: ``disk``, or another file backend of mmengine.
        num_threads: Threads of the decoder.
        **kwargs: Arguments of that backend.

    Raises:
        InputError: If the file does not exist.
        BrokenVideoError: If it is empty or not a readable video.
    """

    reads_blank = True
    _client: loading.FileClient | None = None

    def transform(self, results: dict) -> dict:
        filename = results['filename']
        if results.get('blank'):
            return self._blank(results)
        reader = self._open(filename)
        results['video_reader'] = reader
        results['total_frames'] = count_shown(reader)
        results['avg_fps'] = reader.get_avg_fps()
        if not results['total_frames']:
            raise BrokenVideoError(f'the video {filename} has no frames')
        return results

    def _blank(self, results: dict) -> dict:
        reader = BlankReader(results['blank'])
        results.update(video_reader=reader, total_frames=reader.num_frames, avg_fps=reader.fps)
        return results

    def _open(self, filename: str) -> 'VideoReader':
        try:
            return self._get_video_reader(filename)
        except InputError:
            raise
        except FileNotFoundError as error:
            raise InputError(
                f'the video {filename} does not exist; its path comes from data_prefix of the config and the '
                'annotation file'
            ) from error
        except DECORD_ERRORS as error:
            raise unreadable(filename) from error

    def _get_video_reader(self, filename: str) -> 'VideoReader':
        if self.io_backend != 'disk':
            if self._client is None:
                self._client = loading.FileClient(self.io_backend, **self.kwargs)
            content = BytesIO(self._client.get(filename))
            check_video_bytes(content, filename)
            return open_with_decord(content, self.num_threads)
        path = Path(filename)
        if not path.suffix:  # as in mmaction2
            path = path.with_suffix('.mp4')
        if not os.path.lexists(path):
            raise FileNotFoundError(path)
        return open_with_decord(check_video_file(path), self.num_threads)


@TRANSFORMS.register_module()
class DecordDecode(_DecordDecode):
    """mmaction2's ``DecordDecode``, which reads the frames of ``frame_inds``, for files that may be corrupt.

    For pipelines written for mmaction2, after ``DecordInit``. Each frame is decoded once, in the order of the video,
    however many overlapping clips contain it.

    Required keys: ``video_reader``, ``frame_inds``, ``filename``. Added keys: ``imgs``, ``original_shape``,
    ``img_shape``.

    Args:
        mode: ``accurate``, or ``efficient`` for the nearest key frames.

    Raises:
        BrokenVideoError: If frames cannot be decoded.
    """

    def transform(self, results: dict) -> dict:
        try:
            return super().transform(results)
        except DECORD_ERRORS as error:
            raise undecodable(results['filename'], results['frame_inds'].reshape(-1)) from error

    def _decord_load_frames(self, container: 'VideoReader', frame_inds: np.ndarray) -> list[np.ndarray]:
        if isinstance(container, BlankReader):
            return list(container.read(frame_inds))
        if self.mode != 'accurate':
            return super()._decord_load_frames(container, frame_inds)
        numbers, inverse = np.unique(frame_inds, return_inverse=True)
        frames = container.get_batch(numbers).asnumpy()
        if not np.array_equal(numbers, frame_inds):
            frames = frames[inverse]  # a copy, for transforms that work in place
        return list(frames)
