"""Helpers of the programs in this folder: finding videos, reading annotations, writing lists."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from mmaction_vt.class_names import read_class_names
from mmaction_vt.errors import InputError
from mmaction_vt.utils.annotation_files import parse_label, read_json, read_text  # noqa: F401, for programs of this folder
from mmaction_vt.utils.files import VIDEO_SUFFIXES
from mmaction_vt.utils.outputs import check_output, write_output
from mmaction_vt.utils.video_files import walk_videos


def find_videos(folder: Path) -> list[str]:
    """The videos below a folder, as sorted paths relative to it; without hidden files and folders.

    Raises:
        InputError: If the folder does not exist or has no videos, or the name of a video is not allowed in lists.
    """
    if not folder.is_dir():
        raise InputError(f'folder {folder} does not exist')
    from rich.console import Console  # as slow to import as all the rest

    with Console(stderr=True).status('looking for videos'):
        videos = walk_videos(folder)
    if not videos:
        raise InputError(f'{folder} has no videos ({", ".join(VIDEO_SUFFIXES)})')
    for path in videos:
        check_path(path, folder)
    return videos


def check_path(path: str, folder: Path) -> None:
    """Check that a path can be a line of a list.

    Raises:
        InputError: If it has line breaks, tabs or outer spaces, or is not UTF-8.
    """
    if re.search(r'[\n\r\t]', path) or path != path.strip():
        raise InputError(f'{folder} has {path!r}, but paths in lists cannot have line breaks, tabs or outer spaces')
    try:
        path.encode()
    except UnicodeEncodeError as error:
        raise InputError(f'{folder} has {path!r}, whose name is not UTF-8: rename it') from error


class VideoIndex:
    """The videos below a folder, by name.

    Args:
        folder: The folder.

    Raises:
        InputError: As ``find_videos``.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.paths = find_videos(folder)
        self._exact = set(self.paths)
        self._without_suffix, self._by_stem = {}, {}
        for path in self.paths:
            self._without_suffix.setdefault(without_suffix(path), path)
            self._by_stem.setdefault(stem_of(path), []).append(path)

    def find(self, name: str) -> str | None:
        """Find a video by name: at that path, with another suffix, or in another folder; None if there is none.

        Raises:
            InputError: If it is ambiguous, in several other folders.
        """
        if name in self._exact:
            return name
        same_place = self._without_suffix.get(without_suffix(name))
        if same_place is not None:
            return same_place
        others = self._by_stem.get(stem_of(name), [])
        if len({without_suffix(path) for path in others}) > 1:
            raise InputError(f'{self.folder} has {name} several times, as {others[0]} and {others[1]}: keep one')
        return others[0] if others else None


def without_suffix(path: str) -> str:
    """A path without its video suffix; other dots are part of the name."""
    suffix = PurePosixPath(path).suffix
    return path[: -len(suffix)] if suffix.lower() in VIDEO_SUFFIXES else path


def stem_of(path: str) -> str:
    """File name of a video without its suffix."""
    return PurePosixPath(without_suffix(path)).name


def read_lines(path: Path, what: str) -> list[tuple[int, str]]:
    """The non-blank lines of a file, stripped, with their numbers.

    Raises:
        InputError: If the file does not exist, is not text or is empty.
    """
    lines = enumerate(map(str.strip, read_text(path, what).split('\n')), start=1)
    numbered = [(number, line) for number, line in lines if line]
    if not numbered:
        raise InputError(f'{path} is empty; expected {what}')
    return numbered


def read_table(path: Path, columns: tuple[str, ...], what: str) -> list[tuple[int, dict[str, str]]]:
    """The rows of a CSV file with a header, with the numbers of their lines.

    Args:
        path: The file.
        columns: Required columns, without empty entries.
        what: Description of the expected file, for messages.

    Raises:
        InputError: If the file does not exist, is not text, is empty, or has a missing column or entry.
    """
    reader = csv.DictReader(io.StringIO(read_text(path, what), newline=''), skipinitialspace=True, strict=True)
    try:
        return _checked_rows(reader, path, columns, what)
    except csv.Error as error:
        raise InputError(f'{path}, line {reader.line_num}: invalid CSV ({error}); expected {what}') from error


def _checked_rows(
    reader: csv.DictReader, path: Path, columns: tuple[str, ...], what: str
) -> list[tuple[int, dict[str, str]]]:
    names = [name.strip() for name in reader.fieldnames or ()]
    missing = [name for name in columns if name not in names]
    if missing:
        raise InputError(f'{path}, line 1: missing columns: {", ".join(missing)}; expected {what}')
    reader.fieldnames = names
    rows = []
    for row in reader:
        for name in columns:
            row[name] = (row[name] or '').strip()
            if not row[name]:
                raise InputError(f'{path}, line {reader.line_num}: {name} is missing; expected {what}')
        rows.append((reader.line_num, row))
    if not rows:
        raise InputError(f'{path} is empty; expected {what}')
    return rows


def compare_classes(names: list[str], shipped: Sequence[str], path: Path) -> None:
    """Print a note if the classes of a file differ from the lists of the package, which configs use.

    Args:
        names: The class names in the file, in the order of their labels.
        shipped: Names of the package's lists to compare with.
        path: The file.
    """
    if not any(list(read_class_names(name)) == names for name in shipped):
        lists = ' or '.join(f'mmaction_vt/class_names/{name}.txt' for name in shipped)
        print(f'note: the {len(names)} classes of {path} differ from {lists}: set class_names of the config')


def read_excluded(path: Path | None, folder: Path) -> set[str]:
    """Paths below a folder that are listed in a file, one per line, optionally with a tab and a reason.

    Raises:
        InputError: If the file does not exist or is not text.
    """
    if path is None:
        return set()
    lines = read_text(path, 'a list of videos to exclude, one path per line').split('\n')
    paths = {line.partition('\t')[0].strip() for line in lines}
    return {name.removeprefix(f'{folder.as_posix()}/') for name in paths if name}


def missing_of(out: Path) -> Path:
    """The list of the names that were not found."""
    return out.with_suffix('.missing.txt')


def check_list(out: Path, overwrite: bool, inputs: Iterable[Path | None], name: str = 'OUT') -> None:
    """Check that ``write_found`` can write a list, before anything is read.

    Raises:
        InputError: If it cannot, or the list or that of missing names exists and must not be replaced, or is an input.
    """
    inputs = list(inputs)
    for path in (out, missing_of(check_output(out, name, overwrite, inputs))):
        check_output(path, name, overwrite, inputs)


def write_lines(path: Path, lines: list[str]) -> None:
    """Write a file whole, and make its folder if it is missing.

    Raises:
        InputError: If it cannot be written.
    """
    write_output(path, ''.join(f'{line}\n' for line in lines))


def write_found(
    out: Path, lines: list[str], missing: list[str], folder: Path, header: str | None = None, noun: str = 'videos'
) -> None:
    """Write a list, and a list of the names that were not found; print their numbers.

    Args:
        out: The list. Missing names are written to the same name with the suffix ``.missing.txt``.
        lines: Lines of the list.
        missing: Names that were not found.
        folder: The folder that was searched.
        header: First line.
        noun: What a line is, in the plural.

    Raises:
        InputError: If nothing was found.
    """
    total = len(lines) + len(missing)
    if not lines:
        why = (
            f'{folder} has none of the {total} annotated {noun}, such as {missing[0]}'
            if missing
            else 'all are excluded'
        )
        raise InputError(f'{out.name} would be empty: {why}')
    write_lines(out, lines if header is None else [header, *lines])
    print(f'{out}: {len(lines)} {noun}')
    names = missing_of(out)
    if missing:
        write_lines(names, list(dict.fromkeys(missing)))
        print(f'{names}: {len(missing)} of {total} annotated {noun} are missing')
    else:
        names.unlink(missing_ok=True)
