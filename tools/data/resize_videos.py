"""Downsize videos: ``python tools/data/resize_videos.py FOLDER OUT --short-side 256``.

OUT gets the folder structure of FOLDER. Videos are encoded as H.264 in ``.mp4`` without audio, with their frame times,
upright if their header has a rotation; videos that are small enough are copied. Failed videos are listed in
``OUT/failed.txt``: a path, a tab and the reason per line. An interrupted run is resumed where it stopped.
"""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from pathlib import Path

import mmaction_vt.utils.program_start  # noqa: F401

from common import find_videos, read_json, without_suffix
from encoding import shrink
from processes import add_workers_option, call_in_processes
from rich.console import Console
from rich.progress import track

from mmaction_vt.cli import run
from mmaction_vt.errors import InputError
from mmaction_vt.utils.option_types import even, integer, positive
from mmaction_vt.utils.outputs import check_output_folder, write_output

SETTINGS = 'resize.json'


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Downsize videos.')
    parser.add_argument('folder', type=Path, help='folder with videos')
    parser.add_argument('out', type=Path, help='folder for the downsized videos')
    parser.add_argument(
        '--short-side', type=even, default=256, help='short side in pixels, such as 256 or 320 (default: %(default)s)'
    )
    parser.add_argument(
        '--crf',
        type=integer(0, 51),
        default=23,
        metavar='0-51',
        help='quality of libx264 (default: %(default)s)',
    )
    parser.add_argument(
        '--timeout',
        type=positive,
        default=3600,
        help='time limit per video in seconds (default: %(default)s)',
    )
    add_workers_option(parser)
    return parser


def check_names(videos: list[str], folder: Path) -> None:
    """Check that output names are unique.

    Raises:
        InputError: If two videos differ only in their suffix.
    """
    names = {}
    for video in videos:
        other = names.setdefault(without_suffix(video), video)
        if other != video:
            raise InputError(f'{folder} has {other} and {video}, which would both be written as .mp4: rename one')


def check_settings(args: Namespace) -> None:
    """Store the settings in OUT, or compare them with those stored there.

    Raises:
        InputError: If they differ, or OUT has other files.
    """
    path, settings = args.out / SETTINGS, dict(short_side=args.short_side, crf=args.crf)
    if not path.exists():
        if args.out.is_dir() and any(args.out.iterdir()):
            raise InputError(f'{args.out} is not empty and was not written by this program: choose another folder')
        write_output(path, json.dumps(settings) + '\n')
        return
    found = read_json(path, dict, 'the settings that resize_videos.py has stored')
    if found != settings:
        raise InputError(f'{args.out} has videos written with {found}, not {settings}: choose another folder')


def is_done(video: str, out: Path) -> bool:
    """Whether a video was written before, resized or copied."""
    return any((out / name).is_file() for name in (f'{without_suffix(video)}.mp4', video))


def resize(videos: list[str], args: Namespace) -> tuple[Counter, dict[str, str]]:
    """Downsize videos.

    Returns:
        Numbers of resized and copied videos, and reasons of failures.
    """
    for parent in {(args.out / video).parent for video in videos}:
        parent.mkdir(parents=True, exist_ok=True)
    calls = {}
    for video in videos:
        target = args.out / without_suffix(video)
        calls[str(args.folder / video), str(target), args.short_side, args.crf] = video
    done, failed = Counter(), {}
    answers = call_in_processes(shrink, list(calls), args.workers, args.timeout)
    for answer in track(answers, 'resizing videos', total=len(calls), console=Console(stderr=True)):
        if answer.fault is None:
            done[answer.result] += 1
        else:
            failed[calls[answer.call]] = answer.fault
    return done, failed


def main(args: Namespace) -> None:
    check_output_folder(args.out, 'OUT', [args.folder])
    if args.out.resolve().is_relative_to(args.folder.resolve()):
        raise InputError(f'{args.out} is inside {args.folder}: choose another folder')
    videos = find_videos(args.folder)
    check_names(videos, args.folder)
    check_settings(args)
    todo = [video for video in videos if not is_done(video, args.out)]
    if len(todo) < len(videos):
        print(f'{len(videos) - len(todo)} of {len(videos)} videos were written before')
    try:
        done, failed = resize(todo, args)
    except KeyboardInterrupt:
        print('interrupted; run the same command to resume', file=sys.stderr)
        raise

    print(f'{args.out}: {done["resized"]} videos resized, {done["copied"]} copied')
    report = args.out / 'failed.txt'
    if failed:
        write_output(report, ''.join(f'{video}\t{failed[video]}\n' for video in sorted(failed)))
        print(f'{report}: {len(failed)} of {len(videos)} videos failed')
    else:
        report.unlink(missing_ok=True)


if __name__ == '__main__':
    run(main, build_parser())
