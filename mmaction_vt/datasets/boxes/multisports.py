"""MultiSports (Li et al., 2021): tubes of actions in sports videos."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...errors import InputError, check_one_of
from ...registry import DATASETS
from .key_frames import KeyFrameDataset
from .pickles import read_arrays
from .rows import BoxRow, check_box
from .video_files import VideoFile

SPLITS = dict(train='train_videos', val='test_videos')
EXPECTED = 'multisports_GT.pkl: a dict with labels, gttubes, resolution, train_videos and test_videos'


@DATASETS.register_module()
class MultiSportsDataset(KeyFrameDataset):
    """MultiSports, read from videos and ``multisports_GT.pkl``.

    Tubes have a box in each frame. Every ``interval``-th frame of a video is a key frame, if there is a box in it.
    Labels are numbers from 0, in the order of the file's ``labels``.

    Args:
        ann_file: The file ``multisports_GT.pkl``; it is read without running code in it.
        pipeline: Transforms.
        num_classes: Number of classes, 66.
        split: ``train`` or ``val``.
        interval: Distance between key frames; 1 for all frames, as in the official evaluation.
        **kwargs: The other arguments of ``KeyFrameDataset``: ``data_prefix``, ``proposal_file``,
            ``person_det_score_thr``, ``num_max_proposals`` and ``test_mode``.

    Raises:
        InputError: As ``KeyFrameDataset``.
    """

    def __init__(
        self,
        ann_file: str,
        pipeline: list,
        num_classes: int = 66,
        split: str = 'train',
        interval: int = 1,
        **kwargs: Any,
    ) -> None:
        check_one_of('split of MultiSportsDataset', split, SPLITS)
        self.split, self.interval = split, interval
        super().__init__(ann_file, pipeline, num_classes, **kwargs)

    def rows(self) -> Iterator[BoxRow]:
        content = read_arrays(self.ann_file, EXPECTED)
        try:
            videos = [video for part in content[SPLITS[self.split]] for video in part]
            for video in videos:
                height, width = content['resolution'][video]
                for label, tubes in content['gttubes'][video].items():
                    for number, tube in enumerate(tubes):
                        yield from self._tube(np.asarray(tube, float), video, label, number, (width, height))
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(f'{self.ann_file} has no {error}; expected {EXPECTED}') from error

    def _tube(
        self, tube: np.ndarray, video: str, label: int, number: int, size: tuple[float, float]
    ) -> Iterator[BoxRow]:
        width, height = size
        for frame, x1, y1, x2, y2 in tube.tolist():
            where = f'{self.ann_file}, {video}, frame {frame:g}'
            if (int(frame) - 1) % self.interval == 0:
                box = check_box((x1 / width, y1 / height, x2 / width, y2 / height), where)
                yield BoxRow(video, frame, box, str(label), str(number), 1.0, where)

    def place(self, row: BoxRow, video: VideoFile) -> dict[str, Any]:
        return dict(key_frame=int(row.time) - 1)
