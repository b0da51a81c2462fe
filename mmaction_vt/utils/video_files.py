"""Finding videos: files, folders and lists; and what every reader checks before a decoder sees a file."""

import os
import re
from collections.abc import Collection, Sequence
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from ..errors import BrokenVideoError, InputError
from .file_kinds import check_regular_file, display_path
from .files import LIST_SUFFIX, VIDEO_SUFFIXES
from .text_files import iterate_lines
from .video_formats import find_reference

# FFmpeg expands these in names of pictures, and reads the pictures that match.
PATTERN_CHARACTERS = re.compile(r'[%*?\[{]')
OTHER_SUFFIXES = ('', '.ts', '.mts', '.m2ts', '.vob', '.ogv', '.ogg', '.asf', '.mxf', '.3g2', '.ivf', '.f4v')
PROTOCOL = re.compile(r'[A-Za-z0-9+.-]+:|subfile,')  # what FFmpeg takes for one at the start of a path
REMOTE = '://'  # in the name of a file of one of mmengine's other file backends
PATH_AND_LABELS = re.compile(r'(.*?\S)(\s+[0-9]+)*')


def check_video_file(path: str | Path) -> str:
    """Check that a file is a video by its kind and its first bytes, and that a decoder opens it and nothing else.

    Returns:
        The path for a decoder: absolute, so that FFmpeg takes no part of it for a protocol.

    Raises:
        InputError: If it does not exist.
        BrokenVideoError: If it is a pipe, a device or the like, cannot be read, is not a video, or refers to other
            files, as playlists do.
    """
    try:
        check_regular_file('the video', path)
    except InputError as error:
        if not os.path.lexists(path):
            raise
        raise BrokenVideoError(str(error)) from error
    absolute = str(Path(path).absolute())
    if Path(absolute).suffix.lower() not in VIDEO_SUFFIXES + OTHER_SUFFIXES and PATTERN_CHARACTERS.search(absolute):
        raise BrokenVideoError(
            f'the video {display_path(path)} is not opened: with its suffix, a decoder takes its path for a pattern'
        )
    try:
        with Path(absolute).open('rb', buffering=0) as file:
            _check_content(file, str(path))
    except OSError as error:
        raise BrokenVideoError(f'the video {display_path(path)} cannot be read: {error.strerror}') from error
    return absolute


def check_local_video(path: str) -> str:
    """Check a video for transforms of other packages as ``check_video_file`` does, if it is a local file that exists.

    Returns:
        The path, with ``./`` before it if FFmpeg would take its start for a protocol, as in ``concat:a.mp4``.

    Raises:
        BrokenVideoError: As ``check_video_file``.
    """
    if os.path.lexists(path):
        check_video_file(path)
    elif REMOTE in path:
        return path
    drive, _ = os.path.splitdrive(path)  # C: on Windows
    return f'./{path}' if PROTOCOL.match(path) and not drive else path


def check_video_bytes(content: bytes | BytesIO, name: str) -> None:
    """Check the first bytes of a video in memory.

    Args:
        content: The video.
        name: Its name, for messages.

    Raises:
        BrokenVideoError: If it is not a video, or refers to other files.
    """
    file = BytesIO(content) if isinstance(content, bytes) else content
    file.seek(0)
    _check_content(file, name)
    file.seek(0)


def _check_content(file: BinaryIO, name: str) -> None:
    try:
        found = find_reference(file)
    except ValueError as error:
        raise unreadable(name) from error
    if found is not None:
        raise BrokenVideoError(
            f'the video {display_path(name)} is {found}, which refers to other files: give a file that has the video'
        )


def unreadable(name: str) -> BrokenVideoError:
    """The error for a file that no decoder can read."""
    return BrokenVideoError(f'the video {display_path(name)} cannot be read: it is truncated, corrupt or not a video')


def undecodable(name: str, frames: Collection[int]) -> BrokenVideoError:
    """The error for a file with frames that a decoder cannot decode."""
    return BrokenVideoError(
        f'the video {display_path(name)} is corrupt: frames between {min(frames)} and {max(frames)} cannot be decoded'
    )


def walk_videos(folder: Path) -> list[str]:
    """The videos below a folder, as sorted paths relative to it, without hidden files and folders.

    Raises:
        InputError: If it is the root of the file system, or has a link to it: nobody means the whole of it.
    """
    videos: list[str] = []
    seen = set()
    for parent, folders, files in os.walk(folder, followlinks=True):
        real = os.path.realpath(parent)
        if not real.strip('/'):  # on Windows, a drive may well have nothing but videos
            raise InputError(f'{display_path(parent)} is the root of the file system: give a folder of videos')
        if real in seen:  # a link to a folder that was seen
            folders.clear()
            continue
        seen.add(real)
        folders[:] = [name for name in folders if not name.startswith('.')]
        below = Path(parent).relative_to(folder)
        own = (name for name in files if Path(name).suffix.lower() in VIDEO_SUFFIXES and not name.startswith('.'))
        videos.extend((below / name).as_posix() for name in own)
    return sorted(videos)


def read_video_list(path: Path, root: Path) -> list[str]:
    """The videos of a list, with one path per line; labels after it are ignored.

    Raises:
        InputError: If the list is not text or is empty, or none of its videos is below the folder.
    """
    lines = map(str.strip, iterate_lines(path, 'one path per line', 'list'))
    videos = []
    for line in filter(None, lines):
        without_labels = PATH_AND_LABELS.fullmatch(line)
        path_only = line if without_labels is None or (root / line).is_file() else without_labels[1]
        videos.append(str(root / path_only))
    if not videos:
        raise InputError(f'{path} is empty: a list has one path per line')
    if not any(map(os.path.isfile, videos)):
        raise InputError(f'none of the {len(videos)} videos of {path} is below {root}: set --root to their folder')
    return videos


def gather_videos(inputs: Sequence[str | Path], root: str | Path = '.') -> tuple[list[str], list[str]]:
    """Collect the videos of files, folders and lists, in order, without duplicates.

    Args:
        inputs: Videos, folders (with subfolders), and lists (``.txt``).
        root: The folder that paths in lists are relative to.

    Returns:
        The videos, and warnings: a sentence for each folder without videos, and one for duplicates.

    Raises:
        InputError: If an input does not exist, a list cannot be read, or there is no video.
    """
    found: list[str] = []
    remarks = []
    for given in inputs:
        source = Path(given)
        if given != '' and source.is_dir():
            videos = walk_videos(source)
            if not videos:
                remarks.append(f'{source} has no videos ({", ".join(VIDEO_SUFFIXES)})')
            found += [str(source / video) for video in videos]
        elif source.suffix.lower() == LIST_SUFFIX and source.is_file():
            found += read_video_list(source, Path(root))
        elif source.is_file():
            found.append(str(source))
        elif os.path.lexists(given):
            check_regular_file('input', source)
        else:
            raise InputError(
                f'{display_path(given)} does not exist: give videos, folders of videos, or lists ({LIST_SUFFIX})'
            )
    by_path: dict[Path, str] = {}
    for video in found:
        by_path.setdefault(Path(video).absolute(), video)
    videos = list(by_path.values())
    if not videos:
        raise InputError(f'no videos found: {"; ".join(remarks)}')
    if len(videos) < len(found):
        remarks.append(f'{len(found) - len(videos)} of {len(found)} videos are duplicates, and are processed once')
    return videos, remarks
