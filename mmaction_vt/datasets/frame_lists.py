"""Frame lists of PySlowFast, with a row per frame, as published for Something-Something V2."""

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from ..errors import InputError
from ..utils.annotation_lists import Line

COLUMNS = 'original_vido_id video_id frame_id path labels'
NUMBERED = re.compile(r'(.*?)([0-9]{1,18})(\.[^./]+)')


class FrameFiles:
    """The frames of a video, in the order of their rows.

    Consecutively numbered files are stored as a pattern, a first number and a count: the list of Something-Something V2
    has about 20 million rows.

    Args:
        path: The first frame.
        label: Its label, as text.

    Attributes:
        count: Number of frames.
        label: The label, as text.
        paths: Path of each frame, or None if the files are numbered consecutively.
    """

    __slots__ = ('_first', '_prefix', '_suffix', '_width', 'count', 'label', 'paths')

    def __init__(self, path: str, label: str) -> None:
        match = NUMBERED.fullmatch(path)
        self.label, self.count = label, 1
        self.paths = None if match else [path]
        if match:
            self._prefix, digits, self._suffix = match.groups()
            self._first, self._width = int(digits), len(digits)

    def add(self, path: str) -> None:
        """Add the next frame."""
        if self.paths is None and path != self._path(self.count):
            self.paths = [self._path(index) for index in range(self.count)]
        if self.paths is not None:
            self.paths.append(path)
        self.count += 1

    def _path(self, index: int) -> str:
        return f'{self._prefix}{self._first + index:0{self._width}}{self._suffix}'

    def sample(self) -> dict:
        """A sample for transforms that read frames; its paths are relative to ``data_prefix``."""
        if self.paths is not None:
            folder = str(PurePosixPath(self.paths[0]).parent)
            return dict(frame_dir=folder, frame_paths=self.paths, first_file=0, total_frames=self.count)
        folder, slash, name = self._prefix.rpartition('/')
        name, suffix = (text.replace('{', '{{').replace('}', '}}') for text in (name, self._suffix))
        return dict(
            frame_dir=folder + slash if folder in ('', '/') else folder,
            filename_tmpl=f'{name}{{:0{self._width}}}{suffix}',
            first_file=self._first,
            total_frames=self.count,
        )


def read_frame_list(lines: Iterable[Line], where: str) -> dict[str, FrameFiles]:
    """The frames of each video, by the name in the first column, in the order of the list.

    Args:
        lines: Rows without the header, consumed lazily.
        where: Name of the file, for messages.

    Raises:
        InputError: If there is no row, a row does not have five columns, or rows of one video have different labels.
    """
    videos: dict[str, FrameFiles] = {}
    for number, video, path, label in _rows(lines, where):
        files = videos.get(video)
        if files is None:
            videos[video] = FrameFiles(path, label)
        elif files.label != label:
            raise InputError(
                f'{where}, line {number}: the video {video} has the label {label!r} here and {files.label!r} '
                'in earlier rows'
            )
        else:
            files.add(path)
    if not videos:
        raise InputError(f'the annotation file {where} is empty: it has no row after its header')
    return videos


def _rows(lines: Iterable[Line], where: str) -> Iterator[tuple[int, str, str, str]]:
    """Line number, video, path and unquoted label."""
    for number, line in lines:
        parts = line.split()
        if len(parts) < 5:
            raise InputError(f'{where}, line {number}: a frame list has the columns {COLUMNS}, not {line!r}')
        path = parts[3] if len(parts) == 5 else line.split(None, 3)[3].rsplit(None, 1)[0]  # a path with spaces
        yield number, parts[0], path, parts[-1].replace('"', '')
