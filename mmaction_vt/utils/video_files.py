"""Finding videos: files, folders and lists."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from ..errors import InputError
from .files import LIST_SUFFIX, VIDEO_SUFFIXES

PATH_AND_LABELS = re.compile(r'(.*?\S)(\s+\d+)*')


def walk_videos(folder: Path) -> list[str]:
    """The videos below a folder, as sorted paths relative to it, without hidden files and folders."""
    videos: list[str] = []
    seen = set()
    for parent, folders, files in os.walk(folder, followlinks=True):
        real = os.path.realpath(parent)
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
    try:
        lines = [line.strip() for line in path.read_text(encoding='utf-8-sig').split('\n')]
    except UnicodeDecodeError as error:
        raise InputError(f'{path} is not a text file: a list has one path per line') from error
    except OSError as error:
        raise InputError(f'{path} cannot be read: {error.strerror}') from error
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
    for source in map(Path, inputs):
        if source.is_dir():
            videos = walk_videos(source)
            if not videos:
                remarks.append(f'{source} has no videos ({", ".join(VIDEO_SUFFIXES)})')
            found += [str(source / video) for video in videos]
        elif source.suffix.lower() == LIST_SUFFIX and source.is_file():
            found += read_video_list(source, Path(root))
        elif source.is_file():
            found.append(str(source))
        else:
            raise InputError(f'{source} does not exist: give videos, folders of videos, or lists ({LIST_SUFFIX})')
    by_path: dict[Path, str] = {}
    for video in found:
        by_path.setdefault(Path(video).absolute(), video)
    videos = list(by_path.values())
    if not videos:
        raise InputError(f'no videos found: {"; ".join(remarks)}')
    if len(videos) < len(found):
        remarks.append(f'{len(found) - len(videos)} of {len(found)} videos are duplicates, and are processed once')
    return videos, remarks
