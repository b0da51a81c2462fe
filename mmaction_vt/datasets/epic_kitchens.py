"""EPIC-KITCHENS-100: actions as segments of long videos."""

import csv
import io
import re

from mmengine.fileio import exists, get_text, isfile, join_path

from ..errors import InputError
from ..registry import DATASETS
from .broken_videos import ForgiveBrokenVideos

COLUMNS = ('participant_id', 'video_id', 'start_timestamp', 'stop_timestamp')
LABEL_COLUMNS = ('verb_class', 'noun_class')
UNLABELLED = [-1, -1]
FRAME_COLUMNS = ('start_frame', 'stop_frame')
PATHS = dict(video='{participant_id}/videos/{video_id}.MP4', img='{participant_id}/rgb_frames/{video_id}')
TIMESTAMP = re.compile(r'(\d+):(\d\d):(\d\d(?:\.\d+)?)')


@DATASETS.register_module()
class EpicKitchensDataset(ForgiveBrokenVideos):
    """The official annotations (``EPIC_100_train.csv`` and its like) over videos or frame folders.

    A sample is a segment. Its ``label`` is a list of two numbers, verb and noun class. In testing the annotations may
    have no classes, as ``EPIC_100_test_timestamps.csv``: labels are then [-1, -1].

    - Over videos it has ``filename``, ``start_time`` and ``stop_time`` in seconds: the pipeline goes on with
      ``mmaction_vt.VideoToClips``, or ``mmaction_vt.DecordInit`` and ``mmaction_vt.TrimToSegment``.
    - Over frame folders it has ``frame_dir``, ``filename_tmpl``, ``start_index`` (the number of its first file),
      ``total_frames`` and ``avg_fps`` (the frame numbers of the annotations over their times): the pipeline goes on
      with a transform that samples, and mmaction2's ``RawFrameDecode``.

    Args:
        ann_file: The annotation file.
        pipeline: Transforms.
        data_prefix: ``dict(video=FOLDER)`` for videos, ``dict(img=FOLDER)`` for frame folders.
        path_tmpl: Where in that folder a video or its frames lie; columns of the annotation file stand in braces. If it
            is not given, as the official download places them: ``{participant_id}/videos/{video_id}.MP4`` or
            ``{participant_id}/rgb_frames/{video_id}``.
        filename_tmpl: Name of the file of a frame.
        num_verbs: Number of verb classes.
        num_nouns: Number of noun classes.
        **kwargs: The other arguments of mmengine's ``BaseDataset``.

    Raises:
        InputError: If the annotation file does not exist, is no CSV file, is empty or lacks a column, or if a line has
            a time, frame or class that cannot be, or names a video that is not there. The message names file and line.
    """

    def __init__(
        self,
        ann_file: str,
        pipeline: list,
        data_prefix: dict[str, str],
        path_tmpl: str | None = None,
        filename_tmpl: str = 'frame_{:010}.jpg',
        num_verbs: int = 97,
        num_nouns: int = 300,
        **kwargs: object,
    ) -> None:
        if len(data_prefix) != 1 or not set(data_prefix) <= set(PATHS):
            raise InputError(
                f'data_prefix of EpicKitchensDataset is dict(video=...) or dict(img=...), not {dict(data_prefix)}'
            )
        (self.kind,) = data_prefix
        self.path_tmpl = path_tmpl or PATHS[self.kind]
        self.filename_tmpl = filename_tmpl
        self.num_verbs = num_verbs
        self.num_nouns = num_nouns
        super().__init__(ann_file, pipeline=pipeline, data_prefix=data_prefix, **kwargs)

    def load_data_list(self) -> list[dict]:
        segments, paths = [], set()
        for number, row in self._read_rows():
            where = f'{self.ann_file}, line {number}'
            segment = self._parse_row(row, where)
            path = segment.get('filename') or segment['frame_dir']
            if path not in paths and not exists(path):
                raise InputError(
                    f'{where}: {path} does not exist; data_prefix and path_tmpl of the data set say where '
                    f'{"a video" if self.kind == "video" else "a folder of frames"} is looked for'
                )
            paths.add(path)
            segments.append(segment)
        return segments

    def get_data_info(self, idx: int) -> dict:
        info = super().get_data_info(idx)
        info['start_index'] += info.pop('first_file', 0)
        return info

    def _read_rows(self) -> list[tuple[int, dict[str, str]]]:
        """The lines with their numbers."""
        if not isfile(self.ann_file):
            raise InputError(
                f'the annotation file {self.ann_file} does not exist; ann_file of the config (after data_root, '
                'if that is set) says where it is looked for'
            )
        try:
            reader = csv.DictReader(io.StringIO(get_text(self.ann_file, encoding='utf-8-sig'), newline=''))
            rows = [(reader.line_num, row) for row in reader]
        except (UnicodeDecodeError, csv.Error) as error:
            raise InputError(f'{self.ann_file} is no CSV file; ann_file is one like EPIC_100_train.csv') from error
        names = reader.fieldnames or ()
        self.labelled = not self.test_mode or any(name in names for name in LABEL_COLUMNS)
        columns = COLUMNS if self.kind == 'video' else COLUMNS + FRAME_COLUMNS
        if self.labelled:
            columns += LABEL_COLUMNS
        missing = [name for name in columns if name not in names]
        if missing and names:
            raise InputError(
                f'{self.ann_file}, line 1: there is no column {", ".join(missing)}; the columns are those of '
                'EPIC_100_train.csv'
            )
        if not rows:
            raise InputError(f'the annotation file {self.ann_file} is empty; it is one like EPIC_100_train.csv')
        return rows

    def _parse_row(self, row: dict[str, str], where: str) -> dict:
        """A segment."""
        row = {name: value for name, value in row.items() if isinstance(name, str)}
        label = UNLABELLED
        if self.labelled:
            classes = zip(LABEL_COLUMNS, (self.num_verbs, self.num_nouns), strict=True)
            label = [_number(row, column, where, end) for column, end in classes]
        segment = dict(label=label, narration_id=row.get('narration_id'))
        start, stop = _seconds(row, 'start_timestamp', where), _seconds(row, 'stop_timestamp', where)
        if stop < start:
            raise InputError(
                f'{where}: the segment stops at {row["stop_timestamp"]}, before it starts at {row["start_timestamp"]}'
            )
        if self.kind == 'video':
            return dict(segment, filename=self._path(row, where), start_time=start, stop_time=stop)
        first, last = _number(row, 'start_frame', where), _number(row, 'stop_frame', where)
        if last < first:
            raise InputError(f'{where}: the segment stops at frame {last}, before it starts at frame {first}')
        return dict(
            segment,
            frame_dir=self._path(row, where),
            filename_tmpl=self.filename_tmpl,
            first_file=first,
            total_frames=last - first + 1,
            avg_fps=last / stop if stop else None,
        )

    def _path(self, row: dict[str, str], where: str) -> str:
        try:
            path = self.path_tmpl.format(**row)
        except (KeyError, IndexError, ValueError) as error:
            raise InputError(
                f'{where}: path_tmpl {self.path_tmpl!r} does not fit; in braces it takes the columns {", ".join(row)}'
            ) from error
        return join_path(self.data_prefix[self.kind], path)


def _number(row: dict[str, str], column: str, where: str, end: int | None = None) -> int:
    """A whole number from 0, below ``end`` if that is given."""
    text = row[column]
    if text is None or not text.strip().isdecimal():
        raise InputError(f'{where}: {column} is {_shown(text)}, not a whole number')
    number = int(text)
    if end is not None and number >= end:
        raise InputError(f'{where}: {column} is {number}, and runs from 0 to {end - 1}')
    return number


def _seconds(row: dict[str, str], column: str, where: str) -> float:
    """A time given as hours, minutes and seconds."""
    match = TIMESTAMP.fullmatch((row[column] or '').strip())
    if match is None:
        raise InputError(f'{where}: {column} is {_shown(row[column])}, not a time like 00:01:17.18')
    hours, minutes, seconds = match.groups()
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def _shown(text: str | None) -> str:
    return repr(text) if text else 'missing'
