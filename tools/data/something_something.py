"""Write a list of Something-Something V2: ``python tools/data/something_something.py JSON LABELS FOLDER OUT``.

JSON is the official ``something-something-v2-train.json`` or that for validation, LABELS the official
``something-something-v2-labels.json``. FOLDER contains videos named by their id or, with ``--frames``, a folder of
frames per id.

A line of OUT is a path below FOLDER, the number of frames for ``--frames``, and a label. Missing videos are listed in a
file of the same name with the suffix ``.missing.txt``.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

import mmaction_vt.utils.program_start  # noqa: F401

from common import VideoIndex, check_list, write_found, write_lines
from rich.console import Console
from rich.progress import track

from mmaction_vt.cli import add_overwrite_option, run
from mmaction_vt.errors import InputError
from mmaction_vt.utils.files import FRAME_SUFFIXES
from mmaction_vt.utils.outputs import check_output
from mmaction_vt.utils.something_something import read_classes, read_samples


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Write a list of Something-Something V2.')
    parser.add_argument('json', type=Path, help='something-something-v2-train.json or -validation.json')
    parser.add_argument('labels', type=Path, help='something-something-v2-labels.json')
    parser.add_argument('folder', type=Path, help='folder with the videos, or folders of frames')
    parser.add_argument('out', type=Path, help='list to write')
    add_overwrite_option(parser, 'existing lists')
    parser.add_argument('--frames', action='store_true', help='list folders of frames instead of videos')
    parser.add_argument('--write-labels', type=Path, metavar='FILE', help='write the class names, one per line')
    return parser


def find_videos_of(samples: list[tuple[str, int]], folder: Path) -> Iterator[str | None]:
    """The line of each sample; None if its video is missing."""
    index = VideoIndex(folder)
    for name, label in samples:
        path = index.find(name)
        yield None if path is None else f'{path} {label}'


def find_frames_of(samples: list[tuple[str, int]], folder: Path) -> Iterator[str | None]:
    """The line of each sample; None if its folder is missing or has no frames.

    Raises:
        InputError: If the folder with the folders does not exist.
    """
    if not folder.is_dir():
        raise InputError(f'folder {folder} does not exist')
    for name, label in track(samples, 'counting frames', console=Console(stderr=True)):
        files = (folder / name).iterdir() if (folder / name).is_dir() else []
        count = sum(file.suffix.lower() in FRAME_SUFFIXES and not file.name.startswith('.') for file in files)
        yield f'{name} {count} {label}' if count else None


def main(args: Namespace) -> None:
    check_list(args.out, args.overwrite, [args.json, args.labels, args.write_labels])
    if args.write_labels is not None:
        check_output(args.write_labels, '--write-labels', args.overwrite, [args.json, args.labels])
    classes = read_classes(args.labels)
    samples = read_samples(args.json, classes)
    lines = list((find_frames_of if args.frames else find_videos_of)(samples, args.folder))
    missing = [name for (name, _), line in zip(samples, lines, strict=True) if line is None]
    write_found(args.out, [line for line in lines if line is not None], missing, args.folder)
    if args.write_labels is not None:
        write_lines(args.write_labels, sorted(classes, key=classes.get))
        print(f'{args.write_labels}: {len(classes)} classes')


if __name__ == '__main__':
    run(main, build_parser())
