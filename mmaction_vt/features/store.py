"""Where features are written: a file for each video, or one HDF5 file, and an index."""

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath
from types import TracebackType
from typing import Any

import numpy as np

from ..apis.prediction_file import printable
from ..errors import InputError, check_one_of
from ..utils.files import NAME_BYTES, PART, display_path
from ..utils.growing_file import GrowingFile
from ..utils.outputs import check_output, check_output_folder
from .formats import FEATURES, FORMATS, HDF5, HDF5_SUFFIXES, SUFFIXES, TIMES, WRITERS
from .hdf5_file import Hdf5File
from .index import index_path, read_rows
from .video_features import VideoFeatures

DTYPES = ('float32', 'float16')
LONGEST = NAME_BYTES - len(PART) - max(map(len, SUFFIXES.values())) - 8


class FeatureStore:
    """Features of many videos on disk, which are complete and valid at every moment.

    In a folder, each video has a file with ``features`` and ``times``, and ``index.jsonl`` a line of JSON with
    ``video``, ``file``, ``fps``, ``num_frames``, ``times`` (start and end of each row in seconds), ``shape`` and the
    options, or with ``video`` and ``error``. In an HDF5 file each video has a group, and the index lies next to it.

    Args:
        out: The folder, or the HDF5 file, which is made if it is missing.
        options: What the features are extracted with; every line of the index has it.
        format: ``safetensors``, ``npz`` or ``hdf5``. Default: by the suffix of ``out``.
        dtype: ``float32`` or ``float16``.
        resume: Whether to continue an existing index; its lines with an error are left out, so that those videos are
            processed again.
        overwrite: Whether to replace an existing index and its files.

    Attributes:
        done: Videos with features.
        failed: Videos with an error, and the error.

    Raises:
        InputError: If the place cannot be written to, exists and is neither to be resumed nor replaced, or was written
            with other options.
    """

    def __init__(
        self,
        out: str | Path,
        options: dict[str, Any],
        format: str | None = None,  # noqa: A002  the name of the option
        dtype: str = DTYPES[0],
        resume: bool = False,
        overwrite: bool = False,
    ) -> None:
        check_one_of('dtype', dtype, DTYPES)
        self.out = Path(out)
        self.format = check_place(out, format, resume, overwrite)
        self.dtype = dtype
        self.options = {**options, 'dtype': dtype, 'format': self.format}
        self.index = index_path(out)
        self.resume, self.overwrite = resume, overwrite
        self.failed: dict[str, str] = {}
        rows = [row for row in read_rows(self.index) if 'error' not in row] if self.index.exists() else []
        self.old: list[dict[str, Any]] = []  # what is replaced
        if resume:
            self._check_options(rows)
            self.names = {row['video']: row.get('group') or _stem(row['file']) for row in rows if self._has(row)}
            rows = [row for row in rows if row['video'] in self.names]
        else:
            self.names, self.old, rows = {}, rows, []
        self.done = set(self.names)
        self.hdf5 = Hdf5File(self.out, resume) if self.format == HDF5 else None
        try:
            self.file = GrowingFile(self.index, b''.join(map(_line, rows)))
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> 'FeatureStore':
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._remove_old()
        self.close()

    def close(self) -> None:
        if self.hdf5 is not None:
            self.hdf5.close()
        if hasattr(self, 'file'):
            self.file.close()

    def name(self, videos: Sequence[str]) -> None:
        """Choose the names of the files of videos: their paths below the folder that has them all.

        Args:
            videos: The videos.

        Raises:
            InputError: If a file with such a name exists and may not be replaced.
        """
        taken = {name.lower() for name in self.names.values()}
        for video, name in zip(videos, relative_names(videos), strict=True):
            if printable(video) in self.names:
                continue
            unique, number = name, 2
            while unique.lower() in taken:
                unique, number = f'{name}-{number}', number + 1
            taken.add(unique.lower())
            self.names[printable(video)] = unique
            if self.format != HDF5 and self._place(unique).exists():
                check_output(self._place(unique), 'the file of features', self.overwrite or self.resume)

    def add(self, found: VideoFeatures) -> None:
        """Write the features of a video and its line of the index, or the error.

        Raises:
            InputError: If they cannot be written; the files and lines before them remain.
        """
        video = printable(found.video)
        if found.features is None:
            self.failed[video] = printable(str(found.error))
            self.file.append(_line(dict(video=video, error=self.failed[video])))
            return
        if video not in self.names:
            self.name([found.video])
        with np.errstate(over='ignore'):  # which is an error of the video below
            features = found.features.cpu().numpy().astype(self.dtype)
        if self.dtype == 'float16' and np.isinf(features).any() and not found.features.isinf().any():
            self.add(found._replace(features=None, error=f'features of {video} are too large for float16'))
            return
        times = None if found.times is None else found.times.double().cpu().numpy()
        arrays = {FEATURES: features} | ({} if times is None else {TIMES: times})
        about = dict(video=video, fps=found.fps, num_frames=found.num_frames, **self.options)
        name = self.names[video]
        row = dict(video=video, file=self.out.name if self.hdf5 else f'{name}{SUFFIXES[self.format]}')
        if self.hdf5 is not None:
            row['group'] = name
            self.hdf5.add(name, arrays, {key: _attribute(value) for key, value in about.items()})
        else:
            WRITERS[self.format](self._place(name), arrays, about)
        about.pop('video')
        seconds = None if times is None else times.round(4).tolist()
        self.file.append(_line({**row, **about, 'times': seconds, 'shape': list(features.shape)}))
        self.done.add(video)

    def _place(self, name: str) -> Path:
        return self.out / f'{name}{SUFFIXES[self.format]}'

    def _has(self, row: dict[str, Any]) -> bool:
        """Whether the features of a line are there."""
        return (self.index.parent / row['file']).is_file()

    def _check_options(self, rows: Iterable[dict[str, Any]]) -> None:
        for row in rows:
            for name, value in self.options.items():
                if row.get(name) != value:
                    raise InputError(
                        f'{display_path(self.index)} was written with other options: got {name} {row.get(name)}, '
                        f'expected {value}; name another place, or --overwrite'
                    )

    def _remove_old(self) -> None:
        """Remove the files of the index that was replaced, if they lie in its folder and are not written again."""
        folder = os.path.realpath(self.index.parent)
        written = {self.out if self.hdf5 else self._place(name) for name in self.names.values()}
        for row in self.old:
            place = self.index.parent / row['file']
            is_inside = Path(os.path.realpath(place)).is_relative_to(folder)
            if place not in written and place.suffix in SUFFIXES.values() and is_inside:
                place.unlink(missing_ok=True)


def check_place(
    out: str | Path,
    format: str | None = None,  # noqa: A002  the name of the option
    resume: bool = False,
    overwrite: bool = False,
    inputs: Iterable[str] = (),
) -> str:
    """Check that features can be written to a place, before anything is computed.

    Args:
        out: A folder, or an HDF5 file.
        format: One of ``FORMATS``. Default: by the suffix of ``out``.
        resume: Whether an existing index is continued.
        overwrite: Whether an existing one is replaced.
        inputs: Files that are read.

    Returns:
        The format.

    Raises:
        InputError: If the format is unknown or does not fit the suffix, the place cannot be written to, or has an
            index that is neither to be resumed nor replaced.
    """
    is_file = Path(out).suffix.lower() in HDF5_SUFFIXES
    if format is None:
        format = HDF5 if is_file else FORMATS[0]  # noqa: A001
    check_one_of('format', format, FORMATS)
    if (format == HDF5) != is_file:
        expected = f'a file that ends in {" or ".join(HDF5_SUFFIXES)}' if format == HDF5 else 'a folder'
        raise InputError(f'--format {format} writes {expected}, not {display_path(out)}: choose another --out')
    if is_file:
        check_output(out, '--out', True, inputs)
    else:
        check_output_folder(out, '--out', inputs)
    index = index_path(out)
    check_output(index, 'the index of features', True, inputs)
    exists = index if index.exists() else Path(out) if is_file and Path(out).exists() else None
    if exists is not None and not (resume or overwrite):
        raise InputError(
            f'{display_path(exists)} exists: --resume continues it, --overwrite replaces it; else name another'
        )
    return format


def relative_names(videos: Sequence[str]) -> list[str]:
    """The paths of videos below the folder that has them all, without suffixes, as names of files."""
    paths = [Path(video).absolute() for video in videos]
    try:
        folder = Path(os.path.commonpath([path.parent for path in paths]))
    except ValueError:  # on several drives of Windows
        return [_short_name(PurePath(path.name)) for path in paths]
    return [_short_name(path.relative_to(folder)) for path in paths]


def _short_name(path: PurePath) -> str:
    """A path without its suffix, as text, whose name leaves room for another suffix."""
    stem = path.stem
    while len(os.fsencode(stem)) > LONGEST:
        stem = stem[:-1]
    return printable(path.with_name(stem).as_posix())


def _stem(file: str) -> str:
    return PurePath(file).with_suffix('').as_posix()


def _attribute(value: Any) -> Any:
    """A value as an attribute of HDF5."""
    return value if value is None or isinstance(value, (str, int, float)) else json.dumps(value)


def _line(row: dict[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode() + b'\n'
