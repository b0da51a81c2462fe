"""Lists of labelled videos."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, tee
from pathlib import Path

from mmaction.datasets import VideoDataset as _VideoDataset
from mmengine.fileio import join_path

from ..errors import InputError
from ..registry import DATASETS
from ..utils.annotation_lists import (
    Line,
    Row,
    find_delimiter,
    is_frame_list,
    is_header,
    is_segment_list,
    read_lines,
    read_segments,
    split_labels,
    split_line,
)
from ..utils.something_something import read_classes, read_samples
from ..utils.text_files import parse_digits
from .broken_videos import ForgiveBrokenVideos
from .frame_lists import read_frame_list

BETWEEN_LABELS = re.compile(r'[\s,;]+')


@DATASETS.register_module()
class VideoDataset(ForgiveBrokenVideos, _VideoDataset):
    """mmaction2's ``VideoDataset`` with more list formats, and errors that name the line.

    The first line of the file, whatever its suffix, decides its format:

    - A path, a space or a comma, and a label per line: ``some folder/clip 1.mp4 17``. The last delimiter counts, so
      paths may have spaces and commas. A header ``path,label`` is skipped.
    - A header with ``path``, ``start``, ``end`` and ``label``: segments of videos, in seconds.
    - The header ``original_vido_id video_id frame_id path labels``: a frame list of PySlowFast, with a row per frame.
      The rows of a video make a sample with ``frame_dir``, ``total_frames``, and ``filename_tmpl`` or, if file names
      have no pattern, ``frame_paths``: the pipeline starts with ``mmaction_vt.VideoToClips``.

    With ``multi_class=True`` a line has any number of labels after the path, ``clip.mp4 3 17`` or ``clip.mp4,3,17``; a
    segment or frame list has them in the column of labels, with spaces or commas between them. The label of a sample
    is then a vector (num_classes,) of zeros and ones, for ``mmaction_vt.MultiLabelHead``.

    Blank lines and a byte order mark are skipped. Videos that cannot be decoded are handled by ``ForgiveBrokenVideos``.

    Args:
        ann_file: The annotation file.
        *args: Positional arguments of mmaction2's ``VideoDataset``.
        num_classes: Number of classes. If given, labels outside [0, num_classes) are errors; ``multi_class`` needs it.
        delimiter: Delimiter between path and label. Default: a space or a comma, as in the first line.
        label_files: For a frame list of Something-Something V2, the official JSON files of its split and of the
            classes, to take the labels from. Default: the frame list has them.
        **kwargs: The other arguments of mmaction2's ``VideoDataset``: ``pipeline``, ``data_prefix`` (``video`` for
            videos, ``img`` for frames), ``multi_class``, ``start_index``, ``modality``, ``test_mode``, and those of
            mmengine's ``BaseDataset``.

    Raises:
        InputError: If the annotation file does not exist, is not text, is empty, or has a line without a valid label;
            the message has the file and the line. If ``multi_class`` is set without ``num_classes``.
    """

    delimiter: str

    def __init__(
        self,
        ann_file: str,
        *args: object,
        num_classes: int | None = None,
        delimiter: str | None = None,
        label_files: Sequence[str] | None = None,
        **kwargs: object,
    ) -> None:
        if kwargs.get('multi_class') and num_classes is None:
            raise InputError('multi_class=True of VideoDataset needs num_classes, the length of its vectors of labels')
        self.given_delimiter = delimiter
        self.label_files = label_files
        super().__init__(ann_file, *args, num_classes=num_classes, delimiter=delimiter or ' ', **kwargs)

    def load_data_list(self) -> list[dict]:
        lines = read_lines(self.ann_file)
        first = next(lines, None)
        if first is None:
            raise InputError(f'the annotation file {self.ann_file} is empty; each line must have a path and a label')
        if is_frame_list(first[1]):
            return self._frame_samples(lines)
        if is_segment_list(first[1]):
            return [self._sample(row) for row in read_segments(chain([first], lines), self.ann_file)]
        return self._video_samples(first, lines)

    def get_data_info(self, idx: int) -> dict:
        info = super().get_data_info(idx)
        info['start_index'] = info.pop('first_file', info['start_index'])
        return info

    def _video_samples(self, first: Line, lines: Iterator[Line]) -> list[dict]:
        """Samples of a list of paths and labels."""
        if self.multi_class:  # the first line may have no label, and then shows no delimiter
            lines, others = tee(lines)
            found = (find_delimiter(text, self.ann_file) for _, text in chain([first], others))
            self.delimiter = self.given_delimiter or next(filter(None, found), None) or self.delimiter
            del others, found
        else:
            self.delimiter = self.given_delimiter or find_delimiter(first[1], self.ann_file) or self.delimiter
        if not is_header(first[1]):
            lines = chain([first], lines)
        if self.multi_class:
            samples = [self._multi_class_sample(*line) for line in lines]
        else:
            samples = [self._sample(split_line(*line, self.delimiter, self.ann_file)) for line in lines]
        if not samples:
            raise InputError(f'the annotation file {self.ann_file} is empty: it has no row after its header')
        return samples

    def _frame_samples(self, lines: Iterator[Line]) -> list[dict]:
        """Samples of a frame list."""
        videos = read_frame_list(lines, self.ann_file)
        labels: dict[str, str | int] = {name: files.label for name, files in videos.items()}
        if self.label_files is not None:
            split, classes = (Path(join_path(self.data_root or '', path)) for path in self.label_files)
            labels = dict(read_samples(split, read_classes(classes)))
        samples = []
        for name, files in videos.items():
            where = f'{self.ann_file}, video {name}'
            if labels.get(name, '') == '':
                raise InputError(
                    f'{where}: no label; set label_files of the data set to the JSON files of the split and of the '
                    'classes'
                )
            sample = files.sample()
            sample['frame_dir'] = self._path('img', sample['frame_dir'])
            if 'frame_paths' in sample:
                sample['frame_paths'] = [self._path('img', path) for path in sample['frame_paths']]
            samples.append(dict(sample, label=self._labels(labels[name], where)))
        return samples

    def _sample(self, row: Row) -> dict:
        """The sample of a video or segment."""
        label = self._labels(row.label, f'{self.ann_file}, line {row.number}')
        times = {} if row.times is None else dict(zip(('start_time', 'stop_time'), row.times, strict=True))
        return dict(filename=self._path('video', row.path), label=label, **times)

    def _multi_class_sample(self, number: int, line: str) -> dict:
        path, labels = split_labels(line, self.delimiter)
        where = f'{self.ann_file}, line {number}'
        return dict(filename=self._path('video', path), label=[self._label(label, where) for label in labels])

    def _path(self, kind: str, path: str) -> str:
        prefix = self.data_prefix.get(kind, self.data_prefix.get('video'))
        return path if prefix is None else join_path(prefix, path)

    def _labels(self, text: str | int, where: str) -> int | list[int]:
        """The label of a column, or with ``multi_class`` all of them."""
        if not self.multi_class:
            return self._label(text, where)
        return [self._label(part, where) for part in BETWEEN_LABELS.split(str(text).strip()) if part]

    def _label(self, text: str | int, where: str) -> int:
        digits = str(text).removeprefix('-')
        label = parse_digits(digits)
        if label is None:
            raise InputError(
                f'{where}: the label {text!r} is not an integer; expected a path, {self.delimiter!r} and a label'
            )
        if digits != str(text):
            label = min(-label, -1)
        if label < 0 or (self.num_classes is not None and label >= self.num_classes):
            allowed = 'run from 0' if self.num_classes is None else f'run from 0 to {self.num_classes - 1}'
            hint = '' if self.num_classes is None else f' (num_classes={self.num_classes} in the config)'
            raise InputError(f'{where}: the label {label} is not allowed; labels {allowed}{hint}')
        return label
