"""Lists of labelled videos."""

import csv

from mmaction.datasets import VideoDataset as _VideoDataset
from mmengine.fileio import isfile, join_path, list_from_file

from ..errors import InputError
from ..registry import DATASETS
from .broken_videos import ForgiveBrokenVideos

SEGMENT_COLUMNS = ('path', 'start', 'end', 'label')


@DATASETS.register_module()
class VideoDataset(ForgiveBrokenVideos, _VideoDataset):
    """mmaction2's ``VideoDataset`` with an annotation file that may be wrong, and says so.

    A line is a path, a delimiter and a label: ``some folder/clip 1.mp4 17``. The last delimiter counts, so paths may
    hold spaces. Blank lines are skipped. With ``multi_class=True`` lines are read as mmaction2 reads them.
    A file that ends in ``.csv`` lists segments, in columns ``path``, ``start`` and ``end`` in seconds, and ``label``.
    ``ForgiveBrokenVideos`` says what becomes of videos that cannot be decoded.

    Args:
        ann_file: The annotation file.
        *args: Those of mmaction2's ``VideoDataset``, by their places.
        num_classes: Number of classes; if it is given, labels outside [0, num_classes) are refused.
        **kwargs: The other arguments of mmaction2's ``VideoDataset``: ``pipeline``, ``data_prefix``,
            ``multi_class``, ``start_index``, ``modality``, ``test_mode``, ``delimiter``, and those of mmengine's
            ``BaseDataset``.

    Raises:
        InputError: If the annotation file does not exist, is no text, holds no video, or holds a line without a
            usable label. The message names the file and the line.
    """

    def __init__(self, ann_file: str, *args: object, num_classes: int | None = None, **kwargs: object) -> None:
        super().__init__(ann_file, *args, num_classes=num_classes, **kwargs)

    def load_data_list(self) -> list[dict]:
        if self.ann_file.endswith('.csv'):
            return self._read_segments()
        lines = self._read_lines()
        if self.multi_class:
            return super().load_data_list()
        return [self._parse_line(line, number) for number, line in lines]

    def _read_segments(self) -> list[dict]:
        """The rows of a CSV file."""
        lines = dict(self._read_lines())
        rows = csv.DictReader(lines.values(), skipinitialspace=True)
        if rows.fieldnames is None or not set(SEGMENT_COLUMNS) <= set(rows.fieldnames):
            raise InputError(
                f'{self.ann_file} has the columns {rows.fieldnames}: a CSV list has {", ".join(SEGMENT_COLUMNS)}'
            )
        samples = []
        for number, row in zip(list(lines)[1:], rows, strict=True):
            sample = self._parse_line(f'{row["path"]}{self.delimiter}{row["label"]}', number)
            try:
                start, end = float(row['start']), float(row['end'])
            except (TypeError, ValueError):
                start, end = 0.0, 0.0
            if not 0 <= start < end:
                where = f'{self.ann_file}, line {number}'
                raise InputError(f'{where}: start and end are seconds, the first less than the second: {row}')
            samples.append(dict(sample, start_time=start, stop_time=end))
        if not samples:
            raise InputError(f'the annotation file {self.ann_file} is empty: there is no row below its columns')
        return samples

    def _read_lines(self) -> list[tuple[int, str]]:
        """The lines that are not blank, with their numbers."""
        if not isfile(self.ann_file):
            raise InputError(
                f'the annotation file {self.ann_file} does not exist; ann_file of the config (after data_root, '
                'if that is set) says where it is looked for'
            )
        try:
            lines = list_from_file(self.ann_file)
        except UnicodeDecodeError as error:
            raise InputError(f'{self.ann_file} is no text file; each line of ann_file is a path and a label') from error
        numbered = [(number, line) for number, line in enumerate(map(str.strip, lines), start=1) if line]
        if not numbered:
            raise InputError(f'the annotation file {self.ann_file} is empty; each line is a path and a label')
        return numbered

    def _parse_line(self, line: str, number: int) -> dict:
        where = f'{self.ann_file}, line {number}'
        path, _, label_text = (part.strip() for part in line.rpartition(self.delimiter))
        if not path:
            raise InputError(f'{where}: no label in {line!r}; a line is a path, {self.delimiter!r} and a label')
        try:
            label = int(label_text)
        except ValueError:
            raise InputError(
                f'{where}: the label {label_text!r} is not a whole number; a line is a path, '
                f'{self.delimiter!r} and a label'
            ) from None
        if label < 0 or (self.num_classes is not None and label >= self.num_classes):
            allowed = 'run from 0' if self.num_classes is None else f'run from 0 to {self.num_classes - 1}'
            hint = '' if self.num_classes is None else f' (num_classes={self.num_classes} in the config)'
            raise InputError(f'{where}: the label {label} is not allowed; labels {allowed}{hint}')
        prefix = self.data_prefix.get('video')
        return dict(filename=path if prefix is None else join_path(prefix, path), label=label)
