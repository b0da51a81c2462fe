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
        data_prefix: ``dict(video=FOLDER)``, the folder of the videos.
        proposal_file: Boxes for testing, of a detector: ``.pkl`` of AVA, ``.csv``, or ``.json`` of COCO.
        exclude_file: A CSV file of key frames, ``video,time``, that are left out.
        label_file: Names of the classes.
        person_det_score_thr: Least score of a proposal; of a frame without one that reaches it, the best is kept.
        num_max_proposals: Most proposals of a frame.
        test_mode: Whether the data set is for validation or testing.
        **kwargs: The other arguments of mmengine's ``BaseDataset``.

    Raises:
        InputError: As ``KeyFrameDataset``.
    """

    def rows(self) -> Iterable[BoxRow]:
        return read_box_csv(self.ann_file)
