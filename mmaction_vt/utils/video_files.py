"""Finding videos: files, folders of them, and lists."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from ..errors import InputError

VIDEOS = ('.mp4', '.avi', '.mkv', '.mov', '.webm', '.m4v', '.mpg', '.mpeg', '.flv', '.wmv', '.3gp')
LIST = '.txt'
PATH_AND_LABELS = re.compile(r'(.*?\S)(\s+\d+)*')


def walk_videos(folder: Path) -> list[str]:
    """The videos below a folder, as sorted paths relative to it; hidden files and folders do not count."""
    videos, seen = [], set()
    for parent, folders, files in os.walk(folder, followlinks=True):
        real = os.path.realpath(parent)
        if real in seen:  # a link back to where we were
            folders.clear()
            continue
        seen.add(real)
        folders[:] = [name for name in folders if not name.startswith('.')]
        below = Path(parent).relative_to(folder)
        own = (name for name in files if Path(name).suffix.lower() in VIDEOS and not name.startswith('.'))
        videos.extend((below / name).as_posix() for name in own)
    return sorted(videos)


def read_video_list(path: Path, root: Path) -> list[str]:
    """The videos of a list, one path a line; labels behind it are left out.

    Raises:
        InputError: If the list is no text or holds no line, or none of its videos is below the folder.
    """
    try:
        lines = [line.strip() for line in path.read_text(encoding='utf-8-sig').split('\n')]
    except UnicodeDecodeError as error:
        raise InputError(f'{path} is no text file: a list has one path a line') from error
    except OSError as error:
        raise InputError(f'{path} cannot be read: {error.strerror}') from error
    videos = []
    for line in filter(None, lines):
        whole = root / line
        videos.append(str(whole if whole.is_file() else root / PATH_AND_LABELS.fullmatch(line)[1]))
    if not videos:
        raise InputError(f'{path} is empty: a list has one path a line')
    if not any(map(os.path.isfile, videos)):
        raise InputError(f'none of the {len(videos)} videos of {path} is below {root}: --root says where they are')
    return videos


def gather_videos(inputs: Sequence[str | Path], root: str | Path = '.') -> tuple[list[str], list[str]]:
    """All videos of files, folders and lists, in that order, each once.

    Args:
        inputs: Videos, folders (with everything below them), and lists (``.txt``).
        root: What the paths of lists lie below.

    Returns:
        The videos, and what is to be said of the inputs: a sentence for each folder without videos, and one for
        videos that were named several times.

    Raises:
        InputError: If an input does not exist, a list cannot be read, or there is no video at all.
    """
    found, remarks = [], []
    for source in map(Path, inputs):
        if source.is_dir():
            videos = walk_videos(source)
            if not videos:
                remarks.append(f'{source} holds no videos ({", ".join(VIDEOS)})')
            found += [str(source / video) for video in videos]
        elif source.suffix.lower() == LIST and source.is_file():
            found += read_video_list(source, Path(root))
        elif source.is_file():
            found.append(str(source))
        else:
            raise InputError(f'{source} does not exist: give videos, folders of videos, or lists ({LIST})')
    by_place = {}
    for video in found:
        by_place.setdefault(Path(video).absolute(), video)
    videos = list(by_place.values())
    if not videos:
        raise InputError(f'there is no video to look at: {"; ".join(remarks)}')
    if len(videos) < len(found):
        remarks.append(f'{len(found) - len(videos)} of {len(found)} videos were named before, and are looked at once')
    return videos, remarks
