"""From a video file to clips in one step."""

import os
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from mmaction.registry import TRANSFORMS as SAMPLINGS
from mmcv.transforms import BaseTransform
from mmengine.fileio import get

from ...errors import InputError, check_one_of
from ...registry import TRANSFORMS
from ...utils.video_files import REMOTE
from ..video_readers import DEFAULT_BACKEND, ArrayReader, BlankReader, FolderReader, PathsReader, Reader, open_video
from .geometry import Geometry, Plan, RandomCrop, RandomResizedCrop, Size, TestCrops, UniformCrops, WholeFrame
from .segment import TrimToSegment

CROPS = ('random', 'anchored', 'random_resized', 'center', 'three', 'none')
TEST_CROPS = dict(mmaction2=TestCrops, pyslowfast=UniformCrops)
FORMATS = ('NCTHW', 'frames')


@TRANSFORMS.register_module()
class VideoToClips(BaseTransform):
    """Open a video, sample, decode, resize and crop.

    Each sampled frame is decoded and resized once, in the order of the video, however many clips and crops contain it.
    For random crops only the pixels of the crop are computed. Decoders are closed. The output is uint8, a view of
    channels-last frames: ``FormatShape`` is not needed.

    Required keys: ``filename``, or ``frame_dir`` of a folder of frames with ``filename_tmpl`` and ``total_frames`` or
    with ``frame_paths``, or ``video`` with the bytes of a file, or ``array`` with frames (T, H, W, 3); for segments,
    ``start_time`` and ``stop_time`` in seconds. Added keys: ``imgs``, ``img_shape``, ``original_shape``,
    ``input_shape`` (of ``NCTHW``), ``crop_plan`` (the pixels that were taken, for boxes), and those of the sampling.

    Args:
        sampling: A transform that sets ``frame_inds``, such as ``SampleFrames`` or ``mmaction_vt.SampleClipsInTime``.
        crop: ``random``, ``anchored``, ``random_resized``, ``center``, ``three`` (both ends of the longer side, and the
            centre; views are ordered by crop), or ``none``.
        size: Height and width of a crop; with ``none``, of the resized frame. Default: the frame's own.
        short_side: Length of the shorter side before cropping, for ``random``, ``anchored`` and ``none`` also its
            range. Default: the frame's own.
        long_side: For ``none`` with ``short_side``, largest length of the longer side.
        inverse: For ``random``, whether 1 / length is drawn uniformly.
        area_range: For ``random_resized``, range of the crop's area relative to the frame's.
        aspect_range: For ``random_resized``, range of its aspect ratio, width over height.
        anchor: For ``anchored``, position of the crop along width and height, from (0, 0), the upper left, to (1, 1).
        jitter: Maximum random shift of the anchor.
        test_crops: Rounding of ``center`` and ``three``: ``mmaction2``, or ``pyslowfast``, with which TimeSformer and
            Motionformer were published: the longer side is rounded down and the centre's offset up, and views are
            ordered left or upper end, centre, right or lower end.
        flip: Probability of a horizontal flip.
        backend: ``pyav``, ``decord`` or ``torchcodec``.
        num_threads: Threads of the decoder.
        format: ``NCTHW``, clips (views, 3, T, H, W); or ``frames``, a list of (H, W, 3), for transforms that change
            colours, with ``FormatShape`` after them.

    Raises:
        InputError: If options are incompatible, there is no file, or a crop is larger than a frame.
        BrokenVideoError: If the file cannot be decoded.
    """

    reads_blank = True  # frames of the size ``blank``, in place of a broken video

    def __init__(
        self,
        sampling: dict,
        crop: str = 'none',
        size: int | Size | None = None,
        short_side: int | Sequence[int] | None = None,
        inverse: bool = False,
        area_range: Sequence[float] = (0.08, 1.0),
        aspect_range: Sequence[float] = (3 / 4, 4 / 3),
        anchor: Sequence[float] | None = None,
        jitter: float = 0.0,
        test_crops: str = 'mmaction2',
        flip: float = 0.0,
        backend: str = DEFAULT_BACKEND,
        num_threads: int = 1,
        format: str = 'NCTHW',
        long_side: int | None = None,
    ) -> None:
        options = (('crop', crop, CROPS), ('test_crops', test_crops, TEST_CROPS), ('format', format, FORMATS))
        for name, value, accepted in options:
            check_one_of(f'{name} of VideoToClips', value, accepted)
        if (anchor is None) == (crop == 'anchored'):
            raise InputError(f"crop 'anchored' and anchor of VideoToClips need each other, not {crop!r} and {anchor}")
        self.sampling = SAMPLINGS.build(sampling)
        self.trim = TrimToSegment()
        self.geometry: Geometry
        if crop == 'none':
            self.geometry = WholeFrame(size, short_side, long_side)
        elif size is None:
            raise InputError(f'VideoToClips with crop {crop!r} needs size, the height and width of a crop')
        elif crop == 'random_resized':
            self.geometry = RandomResizedCrop(size, area_range, aspect_range)
        elif crop in ('random', 'anchored'):
            self.geometry = RandomCrop(short_side, size, inverse, anchor, jitter)
        elif short_side is None or isinstance(short_side, int):
            self.geometry = TEST_CROPS[test_crops](short_side, size, 1 if crop == 'center' else 3)
        else:
            raise InputError(f'VideoToClips with crop {crop!r} needs one short_side, not {short_side}')
        self.flip = flip
        self.backend = backend
        self.num_threads = num_threads
        self.format = format

    def transform(self, results: dict) -> dict:
        reader = self.open(results)
        try:
            results['total_frames'], results['avg_fps'] = reader.num_frames, reader.fps
            results.setdefault('start_index', 0)
            results = self.sampling(self.trim(results))
            clips = self.read(reader, np.asarray(results['frame_inds']), results)
        finally:
            reader.close()
        results['img_shape'] = clips.shape[2:4]
        clip_len = results.get('clip_len') or clips.shape[1] // results.get('num_clips', 1)
        if self.format == 'frames':
            results['imgs'] = list(clips.reshape(-1, *clips.shape[2:]))
            return results
        clips = clips.reshape(-1, clip_len, *clips.shape[2:])  # (views, T, H, W, 3)
        results['imgs'] = clips.transpose(0, 4, 1, 2, 3)
        results['input_shape'] = results['imgs'].shape
        return results

    def open(self, results: dict) -> Reader:
        if results.get('blank'):
            return BlankReader(results['blank'])
        if 'array' in results:
            return ArrayReader(results['array'])
        if 'frame_paths' in results:
            return PathsReader(results['frame_dir'], results['frame_paths'], results.get('avg_fps', 0))
        if 'frame_dir' in results:
            template, fps = results['filename_tmpl'], results.get('avg_fps', 0)
            return FolderReader(results['frame_dir'], template, results['total_frames'], fps)
        if 'video' in results:
            return open_video(BytesIO(results.pop('video')), self.backend, self.num_threads, results['filename'])
        name = results['filename']
        if REMOTE in name and not os.path.lexists(name):  # file backends of mmengine: http, s3, petrel, lmdb
            return open_video(BytesIO(get(name)), self.backend, self.num_threads, name)
        path = Path(name)
        if not path.suffix and not path.is_file():  # lists may omit the suffix, as in mmaction2
            path = path.with_suffix('.mp4')
        return open_video(str(path), self.backend, self.num_threads)

    def read(self, reader: Reader, frame_inds: np.ndarray, results: dict) -> np.ndarray:
        """Frames (crops, frames, H, W, 3)."""
        numbers, inverse = np.unique(frame_inds.reshape(-1), return_inverse=True)
        order = np.argsort(inverse, kind='stable')
        ends = np.cumsum(np.bincount(inverse))
        plan: Plan | None = None
        clips = np.empty(0, np.uint8)
        for number, frame in enumerate(reader.read(numbers)):
            if plan is None:
                results['original_shape'] = frame.shape[:2]
                results['crop_plan'] = plan = self.plan(frame.shape[:2])
                clips = np.empty((len(plan.views), len(inverse), *plan.views[0][2:], 3), np.uint8)
            resized = plan.resize(frame)
            for index in order[ends[number - 1] if number else 0 : ends[number]]:
                for view, box in enumerate(plan.views):
                    clips[view, index] = box.cut(resized)
        return clips

    def plan(self, frame: Size) -> Plan:
        plan = self.geometry.plan(frame)
        return plan._replace(flip=self.flip > 0 and np.random.rand() < self.flip)
