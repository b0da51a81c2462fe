"""Data sets of key frames with boxes, each of which has its actions."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from mmengine.fileio import join_path
from mmengine.logging import print_log

from ...errors import InputError
from ..broken_videos import ForgiveBrokenVideos
from .label_maps import read_label_map
from .proposals import NO_BOXES, Proposals, moment_of, read_proposals, select
from .rows import BoxRow, label_parser
from .video_files import VideoFile, index_videos


class KeyFrameDataset(ForgiveBrokenVideos):
    """Key frames of videos, with boxes and the actions in each of them.

    A sample has ``filename``, ``video_id``, ``timestamp``, ``key_time`` (seconds from the start of the file) or
    ``key_frame``, and per box ``gt_bboxes`` (G, 4), as shares of the frame's width and height, and ``gt_labels``
    (G, num_classes) of zeros and ones; in testing also ``proposals`` (P, 4) and ``proposal_scores`` (P,), the boxes
    whose actions are predicted: those of ``proposal_file``, or else the annotated ones. A frame without proposals is
    kept: its actions count as missed.

    The pipeline starts with ``mmaction_vt.VideoToClips``, sampled by ``mmaction_vt.SampleAroundKeyFrame``, then
    ``mmaction_vt.MoveBoxes`` and ``mmaction_vt.PackDetectionInputs``. Videos that cannot be decoded are handled by
    ``ForgiveBrokenVideos``.

    Args:
        ann_file: The annotation file.
        pipeline: Transforms.
        num_classes: Number of classes.
        data_prefix: ``dict(video=FOLDER)``, the folder of the videos.
        proposal_file: Boxes of people that a detector found: AVA's ``.pkl``, a ``.csv``, or COCO's ``.json``. Used in
            testing.
        exclude_file: A CSV file of key frames, ``video,time``, that are left out.
        label_file: Names of the classes: labels may be names, and evaluation is restricted to the numbers that it has.
        person_det_score_thr: Least score of a proposal; of a frame without one that reaches it, the best is kept.
        num_max_proposals: Most proposals of a frame.
        test_mode: Whether the data set is for validation or testing.
        **kwargs: The other arguments of mmengine's ``BaseDataset``.

    Raises:
        InputError: If a file cannot be read, a box is outside the frame, a label is unknown, or no frame is left; the
            message has the file and the line.
    """

    first_label = 0  # number of the first class in the file

    def __init__(
        self,
        ann_file: str,
        pipeline: list,
        num_classes: int,
        data_prefix: dict[str, str] | None = None,
        proposal_file: str | None = None,
        exclude_file: str | None = None,
        label_file: str | None = None,
        person_det_score_thr: float = 0.9,
        num_max_proposals: int = 1000,
        test_mode: bool = False,
        **kwargs: object,
    ) -> None:
        self.proposal_file = proposal_file
        self.exclude_file = exclude_file
        self.label_file = label_file
        self.person_det_score_thr = person_det_score_thr
        self.num_max_proposals = num_max_proposals
        super().__init__(
            ann_file,
            pipeline,
            data_prefix=dict(video='') if data_prefix is None else data_prefix,
            num_classes=num_classes,
            test_mode=test_mode,
            **kwargs,
        )

    def rows(self) -> Iterable[BoxRow]:
        """The rows of the annotation file."""
        raise NotImplementedError

    def excluded(self) -> set[tuple[str, float]]:
        """The key frames that are left out."""
        return set()

    def place(self, row: BoxRow, video: VideoFile) -> dict[str, Any]:
        """Where the key frame of a row is: ``key_time`` or ``key_frame``."""
        return dict(key_time=row.time - (video.start or 0.0))

    def names(self) -> list[str] | None:
        """Names of the classes in order, if ``label_file`` has them all."""
        names = read_label_map(self.label_file) if self.label_file else {}
        return [names[number] for number in sorted(names)] if len(names) == self.num_classes else None

    def load_data_list(self) -> list[dict]:
        parse = label_parser(self.names(), self.num_classes, self.first_label)
        frames: dict[tuple[str, float], dict[tuple, tuple[BoxRow, list[int]]]] = {}
        for row in self.rows():
            if row.box is not None:
                boxes = frames.setdefault(moment_of(row.video, row.time), {})
                boxes.setdefault((row.box, row.person), (row, []))[1].append(parse(row.label, row.where))
        excluded = self.excluded()
        kept = {moment: boxes for moment, boxes in frames.items() if moment not in excluded}
        if not kept:
            raise InputError(
                f'the annotation file {self.ann_file} has no key frame with a box'
                + (f' that {self.exclude_file} does not exclude' if frames else '')
            )
        proposals = read_proposals(self.proposal_file) if self.proposal_file and self.test_mode else None
        videos = index_videos(self.data_prefix.get('video', ''))
        samples = [self._sample(*each, videos) for each in kept.items()]
        if self.test_mode:
            self._add_proposals(samples, proposals)
        return samples

    def _sample(self, moment: tuple[str, float], boxes: dict, videos: dict[str, VideoFile]) -> dict:
        name, time = moment
        video = videos.get(name) or VideoFile(join_path(self.data_prefix.get('video', ''), name))
        rows = [row for row, _ in boxes.values()]
        labels = np.zeros((len(rows), self.num_classes), np.float32)
        for each, (_, indices) in zip(labels, boxes.values(), strict=True):
            each[indices] = 1
        return dict(
            filename=video.path,
            video_id=name,
            timestamp=time,
            img_key=f'{name},{int(time):04d}' if time == int(time) else f'{name},{time:g}',
            gt_bboxes=np.array([row.box for row in rows], np.float32),
            gt_labels=labels,
            **self.place(rows[0], video),
        )

    def _add_proposals(self, samples: list[dict], proposals: Proposals | None) -> None:
        """Add the boxes whose actions are predicted."""
        without = 0
        for sample in samples:
            if proposals is None:
                boxes, scores = sample['gt_bboxes'], np.ones(len(sample['gt_bboxes']), np.float32)
            else:
                found = proposals.get((sample['video_id'], sample['timestamp']), NO_BOXES)
                boxes, scores = select(*found, self.person_det_score_thr, self.num_max_proposals)
                without += not len(boxes)
            sample.update(proposals=boxes, proposal_scores=scores)
        if without == len(samples):
            raise InputError(
                f'{self.proposal_file} has no boxes for the key frames of {self.ann_file}, such as '
                f'{samples[0]["img_key"]}: it belongs to other videos'
            )
        if without:
            print_log(f'{without} of {len(samples)} key frames have no proposal: their actions are missed.', 'current')
