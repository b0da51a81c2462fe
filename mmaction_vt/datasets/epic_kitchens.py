"""EPIC-KITCHENS-100: actions are segments of long videos."""

import csv
import io
import re

from mmengine.fileio import exists, get, isfile, join_path

from ..errors import InputError
from ..registry import DATASETS
from ..utils.text_files import decode_text, parse_digits
from .broken_videos import ForgiveBrokenVideos

COLUMNS = ('participant_id', 'video_id', 'start_timestamp', 'stop_timestamp')
LABEL_COLUMNS = ('verb_class', 'noun_class')
UNLABELLED = [-1, -1]
FRAME_COLUMNS = ('start_frame', 'stop_frame')
PATHS = dict(video='{participant_id}/videos/{video_id}.MP4', img='{participant_id}/rgb_frames/{video_id}')
TIMESTAMP = re.compile(r'(\d+):(\d\d):(\d\d(?:\.\d+)?)', re.ASCII)


@DATASETS.register_module()
class EpicKitchensDataset(ForgiveBrokenVideos):
    """The official annotations (such as ``EPIC_100_train.csv``) of videos or frame folders.

    A sample is a segment. Its ``label`` is a list of two numbers, the verb and the noun class. Annotations for testing
    may have no classes, like ``EPIC_100_test_timestamps.csv``: labels are then [-1, -1].

    - For videos, a sample has ``filename``, and ``start_time`` and ``stop_time`` in seconds: the pipeline starts with
      ``mmaction_vt.VideoToClips``, or with ``mmaction_vt.DecordInit`` and ``mmaction_vt.TrimToSegment``.
    - For frame folders, it has ``frame_dir``, ``filename_tmpl``, ``start_index`` (the number of its first file),
      ``total_frames`` and ``avg_fps`` (from frame numbers and times of the annotations): the pipeline starts with
      ``mmaction_vt.VideoToClips``, or with a sampling transform and mmaction2's ``RawFrameDecode``.

    Args:
        ann_file: The annotation file.
        pipeline: Transforms.
        data_prefix: ``dict(video=FOLDER)`` for videos, ``dict(img=FOLDER)`` for frame folders.
        path_tmpl: Path of a video or its frame folder below that folder, with columns of the annotation file in braces.
            Default: that of the official download, ``{participant_id}/videos/{video_id}.MP4`` or
            ``{participant_id}/rgb_frames/{video_id}``.
        filename_tmpl: File name of a frame.
        num_verbs: Number of verb classes.
        num_nouns: Number of noun classes.
        **kwargs: The other arguments of mmengine's ``BaseDataset``.

    Raises:
        InputError: If the annotation file does not exist, is not CSV, is empty or lacks a column, or if a line has an
            invalid time, frame or class, or refers to a missing video. The message has the file and the line.
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
                f'data_prefix of EpicKitchensDataset must be dict(video=...) or dict(img=...), not {dict(data_prefix)}'
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
                    f'{where}: {path} does not exist; data_prefix and path_tmpl of the data set give the path of a '
                    f'{"video" if self.kind == "video" else "frame folder"}'
                )
            paths.add(path)
            segments.append(segment)
        return segments

    def get_data_info(self, idx: int) -> dict:
        info = super().get_data_info(idx)
        info['start_index'] += info.pop('first_file', 0)
        return info

    def _read_rows(self) -> list[tuple[int, dict[str, str]]]:
        """Rows with their line numbers."""
        if not isfile(self.ann_file):
            raise InputError(
                f'the annotation file {self.ann_file} does not exist; ann_file of the config sets its path (below '
                'data_root, if that is set)'
            )
        try:
            text = decode_text(get(self.ann_file), self.ann_file, 'the official annotations')
            reader = csv.DictReader(io.StringIO(text, newline=''), strict=True)
            rows = [(reader.line_num, row) for row in reader]
        except (InputError, csv.Error) as error:
            raise InputError(f'{self.ann_file} is not a CSV file like EPIC_100_train.csv: {error}') from error
        names = reader.fieldnames or ()
        self.labelled = not self.test_mode or any(name in names for name in LABEL_COLUMNS)
        columns: tuple[str, ...] = COLUMNS if self.kind == 'video' else COLUMNS + FRAME_COLUMNS
        if self.labelled:
            columns += LABEL_COLUMNS
        missing = [name for name in columns if name not in names]
        if missing and names:
            raise InputError(
                f'{self.ann_file}, line 1: missing columns: {", ".join(missing)}; the file must have those of '
                'EPIC_100_train.csv'
            )
        if not rows:
            raise InputError(
                f'the annotation file {self.ann_file} is empty; a file like EPIC_100_train.csv is expected'
            )
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
                f'{where}: the segment ends at {row["stop_timestamp"]}, before its start at {row["start_timestamp"]}'
            )
        if self.kind == 'video':
            return dict(segment, filename=self._path(row, where), start_time=start, stop_time=stop)
        first, last = _number(row, 'start_frame', where), _number(row, 'stop_frame', where)
        if last < first:
            raise InputError(f'{where}: the segment ends at frame {last}, before its start at frame {first}')
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
                f'{where}: path_tmpl {self.path_tmpl!r} is invalid; columns allowed in braces: {", ".join(row)}'
            ) from error
        return join_path(self.data_prefix[self.kind], path)


def _number(row: dict[str, str], column: str, where: str, end: int | None = None) -> int:
    """An integer in [0, end), or from 0 if there is no end."""
    text = row[column]
    number = None if text is None else parse_digits(text.strip())
    if number is None:
        raise InputError(f'{where}: {column} is {_shown(text)}, not an integer')
    if end is not None and number >= end:
        raise InputError(f'{where}: {column} is {number}, outside 0 to {end - 1}')
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
