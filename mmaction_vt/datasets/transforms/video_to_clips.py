"""From a file to clips in one step."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from mmaction.registry import TRANSFORMS as SAMPLINGS
from mmcv.transforms import BaseTransform
from mmengine.fileio import get

from ...errors import InputError
from ...registry import TRANSFORMS
from ..video_readers import DEFAULT_BACKEND, ArrayReader, BlankReader, FolderReader, PathsReader, Reader, open_video
from .geometry import Plan, RandomCrop, RandomResizedCrop, Size, TestCrops, UniformCrops, WholeFrame
from .segment import TrimToSegment

CROPS = ('random', 'anchored', 'random_resized', 'center', 'three', 'none')
TEST_CROPS = dict(mmaction2=TestCrops, pyslowfast=UniformCrops)
FORMATS = ('NCTHW', 'frames')
REMOTE = '://'


@TRANSFORMS.register_module()
class VideoToClips(BaseTransform):
    """Open a video, sample, decode, resize and crop it.

    Each frame that is wanted is decoded once, in the order of the video, however many clips and crops it is part of,
    resized once, and written to where it belongs. Where a crop is random only its own pixels are computed. Decoders
    are closed. What comes out is uint8, a view of frames with their channels last: ``FormatShape`` is not needed.

    Required keys: ``filename``; if they are there, ``frame_dir`` of a folder of frames with ``filename_tmpl`` and
    ``total_frames``, or with ``frame_paths``, ``video`` with the file's bytes, or ``array`` with frames (T, H, W, 3);
    ``start_time`` and ``stop_time`` in seconds for a segment. Added keys: ``imgs``, ``img_shape``, ``original_shape``,
    ``input_shape`` (of ``NCTHW``), and those of the sampling.

    Args:
        sampling: A transform that sets ``frame_inds``, such as ``SampleFrames`` or ``mmaction_vt.SampleClipsInTime``.
        crop: ``random``, ``anchored``, ``random_resized``, ``center``, ``three`` (both ends of the longer side, and the
            middle; views come crop by crop, and their order does not change the mean of scores), or ``none``.
        size: Height and width of a crop; with ``none`` of the frame, which keeps its own without.
        short_side: What the shorter side is resized to before cropping, for ``random`` also the smallest and largest
            length; None leaves the frame as it is.
        inverse: For ``random``, whether 1 / length is drawn uniformly.
        area_range: For ``random_resized``, the crop's share of the frame.
        aspect_range: For ``random_resized``, its width over its height.
        anchor: For ``anchored``, where the crop lies along width and height, from (0, 0), the upper left, to (1, 1).
        jitter: By how much the anchor is moved at random.
        test_crops: Whose rounding ``center`` and ``three`` follow: ``mmaction2``, or ``pyslowfast`` for the crops that
            TimeSformer and Motionformer were published with: the longer side is rounded down and the middle's offset
            up, and views come as left or upper end, middle, right or lower end.
        flip: Probability that left and right change places.
        backend: ``pyav``, ``decord`` or ``torchcodec``.
        num_threads: Threads of the decoder.
        format: ``NCTHW``, clips (views, 3, T, H, W); or ``frames``, a list of (H, W, 3), for transforms that change
            colours, with ``FormatShape`` behind them.

    Raises:
        InputError: If options do not fit each other, there is no file, or a crop is larger than a frame.
        BrokenVideoError: If the file cannot be decoded.
    """

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
    ) -> None:
        options = (('crop', crop, CROPS), ('test_crops', test_crops, TEST_CROPS), ('format', format, FORMATS))
        for name, value, accepted in options:
            if value not in accepted:
                raise InputError(f'{name} of VideoToClips is one of {", ".join(accepted)}, not {value!r}')
        if (anchor is None) == (crop == 'anchored'):
            raise InputError(f'anchor of VideoToClips goes with crop anchored, not {crop!r} with anchor {anchor}')
        if size is None and crop != 'none':
            raise InputError(f'VideoToClips with crop {crop!r} needs size, the height and width of a crop')
        self.sampling = SAMPLINGS.build(sampling)
        self.trim = TrimToSegment()
        self.geometry = {
            'random': lambda: RandomCrop(short_side, size, inverse),
            'anchored': lambda: RandomCrop(short_side, size, inverse, anchor, jitter),
            'random_resized': lambda: RandomResizedCrop(size, area_range, aspect_range),
            'center': lambda: TEST_CROPS[test_crops](short_side, size, 1),
            'three': lambda: TEST_CROPS[test_crops](short_side, size, 3),
            'none': lambda: WholeFrame(size),
        }[crop]()
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
            return BlankReader()
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
        if REMOTE in name:  # mmengine's file back ends: http, s3, petrel, lmdb
            return open_video(BytesIO(get(name)), self.backend, self.num_threads, name)
        path = Path(name)
        if not path.suffix and not path.is_file():  # lists may leave the suffix out, as in mmaction2
            path = path.with_suffix('.mp4')
        return open_video(str(path), self.backend, self.num_threads)

    def read(self, reader: Reader, frame_inds: np.ndarray, results: dict) -> np.ndarray:
        """Frames (crops, frames, H, W, 3), a frame that several clips have in the place of each."""
        wanted, places = np.unique(frame_inds.reshape(-1), return_inverse=True)
        order = np.argsort(places, kind='stable')
        ends = np.cumsum(np.bincount(places))
        plan, clips = None, None
        for number, frame in enumerate(reader.read(wanted)):
            if plan is None:
                results['original_shape'] = frame.shape[:2]
                plan = self.plan(frame.shape[:2])
                clips = np.empty((len(plan.views), len(places), *plan.views[0][2:], 3), np.uint8)
            resized = plan.resize(frame)
            for place in order[ends[number - 1] if number else 0 : ends[number]]:
                for view, box in enumerate(plan.views):
                    clips[view, place] = box.cut(resized)
        return clips

    def plan(self, frame: Size) -> Plan:
        plan = self.geometry.plan(frame)
        return plan._replace(flip=self.flip > 0 and np.random.rand() < self.flip)
