"""A person's own boxes and labels."""

from collections.abc import Iterable

from ...registry import DATASETS
from .box_csv import read_box_csv
from .key_frames import KeyFrameDataset
from .rows import BoxRow


@DATASETS.register_module()
class BoxListDataset(KeyFrameDataset):
    """Your own videos: one CSV file with the columns ``video,time,x1,y1,x2,y2,label``, and optionally ``person``.

    ``video`` is a path below the folder of videos, ``time`` are seconds from its start, corners are shares of the
    frame's width and height, and ``label`` is a number from 0, or a name if ``label_file`` lists the names of the
    classes, one per line. A box with several labels has several rows. Other columns are ignored.

    Args:
        ann_file: The file.
        pipeline: Transforms.
        num_classes: Number of classes.
        **kwargs: The other arguments of ``KeyFrameDataset``: ``data_prefix``, ``proposal_file``, ``label_file``,
            ``person_det_score_thr``, ``num_max_proposals`` and ``test_mode``.

    Raises:
        InputError: As ``KeyFrameDataset``.
    """

    def rows(self) -> Iterable[BoxRow]:
        return read_box_csv(self.ann_file)
