"""AVA (Gu et al., 2018) and AVA-Kinetics (Li et al., 2020): actions of people in key frames."""

from collections.abc import Iterable
from typing import Any

from ...errors import InputError
from ...registry import DATASETS
from .box_csv import read_ava_rows
from .key_frames import KeyFrameDataset
from .proposals import Moment, moment_of
from .rows import BoxRow, parse_number, read_numbered
from .video_files import VideoFile

EXCLUDED = 'rows video,time'


@DATASETS.register_module()
class AVADataset(KeyFrameDataset):
    """AVA and AVA-Kinetics, read from videos: no frame is extracted.

    The files are those that mmaction2's ``AVADataset`` takes: annotations ``ava_train_v2.2.csv`` with the columns
    ``video,time,x1,y1,x2,y2,action,person``, excluded frames ``ava_train_excluded_timestamps_v2.2.csv``, the label map
    ``ava_action_list_v2.2.pbtxt`` and proposals ``ava_dense_proposals_val.FAIR.recall_93.9.pkl``. Class 0 of the model
    is action 1 of the files; mmaction2 counts one class more, of which the first is not used.

    A video is the file in the folder of videos with its name and any suffix. Clips of Kinetics are named after the
    times that they were cut at, ``ID_000012_000022.mp4``; times are those of the original video.

    Args:
        ann_file: The annotations.
        pipeline: Transforms.
        num_classes: Number of classes, 80 for AVA.
        timestamp_start: Time of the first frame of a file in the original video, in seconds: 900 for the 15 minutes
            that AVA annotates, 0 for complete films. Clips of Kinetics say it themselves.
        **kwargs: The other arguments of ``KeyFrameDataset``: ``data_prefix``, ``proposal_file``, ``exclude_file``,
            ``label_file``, ``person_det_score_thr``, ``num_max_proposals`` and ``test_mode``.

    Raises:
        InputError: As ``KeyFrameDataset``.
    """

    first_label = 1

    def __init__(
        self, ann_file: str, pipeline: list, num_classes: int = 80, timestamp_start: float = 900, **kwargs: Any
    ) -> None:
        self.timestamp_start = timestamp_start
        super().__init__(ann_file, pipeline, num_classes, **kwargs)

    def rows(self) -> Iterable[BoxRow]:
        return read_ava_rows(self.ann_file)

    def excluded(self) -> set[Moment]:
        if self.exclude_file is None:
            return set()
        moments = set()
        for number, cells in read_numbered(self.exclude_file, EXCLUDED):
            where = f'{self.exclude_file}, line {number}'
            if len(cells) != 2:
                raise InputError(f'{where}: {len(cells)} columns; expected {EXCLUDED}')
            moments.add(moment_of(cells[0], parse_number(cells[1], 'time', where)))
        return moments

    def place(self, row: BoxRow, video: VideoFile) -> dict[str, Any]:
        start = self.timestamp_start if video.start is None else video.start
        if row.time < start:
            raise InputError(
                f'{row.where}: the time {row.time:g} is before the start of the video, {start:g}: set timestamp_start '
                'to the time of the first frame of the files, 0 for complete films'
            )
        return dict(key_time=row.time - start)
