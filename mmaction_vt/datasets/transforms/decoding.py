"""Reading frames with decord, from files that may be damaged."""

from pathlib import Path

import numpy as np
from decord import VideoReader
from mmaction.datasets.transforms import DecordDecode as _DecordDecode
from mmaction.datasets.transforms import DecordInit as _DecordInit

from ...errors import BrokenVideoError, InputError
from ...registry import TRANSFORMS
from ..video_readers import DECORD_ERRORS, BlankReader, count_shown, undecodable, unreadable


@TRANSFORMS.register_module()
class DecordInit(_DecordInit):
    """mmaction2's ``DecordInit``, which opens a video, for files that may be missing or damaged.

    A local file is opened by its path. mmaction2 copies it into memory, which costs its size once more, and decord
    0.6 crashes (segmentation fault) when it reads cut-off AVI and WebM files from memory.

    ``total_frames`` counts the frames that can be shown. In a file that was cut without encoding it again, decord
    also counts those before the cut, and can hang when it is asked for more frames than are shown.

    Required keys: ``filename``. Added keys: ``video_reader``, ``total_frames``, ``avg_fps``.

    Args:
        io_backend: Where files come from: ``disk``, or another of mmengine's file back ends.
        num_threads: Threads of the decoder.
        **kwargs: Arguments of that back end.

    Raises:
        InputError: If the file does not exist.
        BrokenVideoError: If it is empty or cannot be read as a video.
    """

    def transform(self, results: dict) -> dict:
        filename = results['filename']
        if results.get('blank'):
            return self._blank(results)
        reader = self._open(filename)
        results['video_reader'] = reader
        results['total_frames'] = count_shown(reader)
        results['avg_fps'] = reader.get_avg_fps()
        if not results['total_frames']:
            raise BrokenVideoError(f'the video {filename} holds no frames')
        return results

    def _blank(self, results: dict) -> dict:
        reader = BlankReader()
        results.update(video_reader=reader, total_frames=reader.num_frames, avg_fps=reader.fps)
        return results

    def _open(self, filename: str) -> VideoReader:
        try:
            return self._get_video_reader(filename)
        except FileNotFoundError as error:
            raise InputError(
                f'the video {filename} does not exist; data_prefix of the config and the annotation file together '
                'say where it is looked for'
            ) from error
        except DECORD_ERRORS as error:
            raise unreadable(filename) from error

    def _get_video_reader(self, filename: str) -> VideoReader:
        if self.io_backend != 'disk':
            return super()._get_video_reader(filename)
        path = Path(filename)
        if not path.suffix:  # as in mmaction2
            path = path.with_suffix('.mp4')
        if not path.is_file():
            raise FileNotFoundError(path)
        return VideoReader(str(path), num_threads=self.num_threads)


@TRANSFORMS.register_module()
class DecordDecode(_DecordDecode):
    """mmaction2's ``DecordDecode``, which reads the frames of ``frame_inds``, for files that may be damaged.

    Each frame is decoded once, in the order of the video, however many overlapping clips ask for it.

    Required keys: ``video_reader``, ``frame_inds``, ``filename``. Added keys: ``imgs``, ``original_shape``,
    ``img_shape``.

    Args:
        mode: ``accurate``, or ``efficient`` for the key frames nearest to those that are wanted.

    Raises:
        BrokenVideoError: If frames cannot be decoded.
    """

    def transform(self, results: dict) -> dict:
        try:
            return super().transform(results)
        except DECORD_ERRORS as error:
            raise undecodable(results['filename'], results['frame_inds'].reshape(-1)) from error

    def _decord_load_frames(self, container: VideoReader, frame_inds: np.ndarray) -> list[np.ndarray]:
        if isinstance(container, BlankReader):
            return list(container.read(frame_inds))
        if self.mode != 'accurate':
            return super()._decord_load_frames(container, frame_inds)
        wanted, places = np.unique(frame_inds, return_inverse=True)
        frames = container.get_batch(wanted).asnumpy()
        if not np.array_equal(wanted, frame_inds):
            frames = frames[places]  # a copy: transforms that work in place must not meet a frame twice
        return list(frames)
