"""What programs that process many videos share: their inputs, and what they say at the end."""

import os
import sys
from argparse import ArgumentParser, Namespace
from itertools import islice

from rich.console import Console

from mmaction_vt.apis.prediction_file import printable
from mmaction_vt.cli import add_overwrite_option
from mmaction_vt.errors import InputError
from mmaction_vt.utils.option_types import integer, non_negative
from mmaction_vt.utils.video_files import gather_videos

SHOWN = 3  # errors shown at the end


def add_inputs(parser: ArgumentParser) -> None:
    parser.add_argument(
        'inputs', nargs='+', metavar='INPUT', help='video, folder of videos, or list (.txt) with one path per line'
    )
    parser.add_argument('--root', default='.', help='root folder of the paths in a list (default: the current folder)')


def add_output(parser: ArgumentParser, metavar: str, what: str, overwrite: str) -> None:
    """``--out``, which is resumed or replaced.

    Args:
        parser: The parser.
        metavar: What the help calls it.
        what: What it is.
        overwrite: What ``--overwrite`` replaces.
    """
    parser.add_argument('--out', required=True, metavar=metavar, help=what)
    existing = parser.add_mutually_exclusive_group()
    existing.add_argument('--resume', action='store_true', help=f'resume {metavar}; failed videos are tried again')
    add_overwrite_option(existing, overwrite)


def add_reading_options(parser: ArgumentParser, workers: str, what: str = 'a video') -> None:
    """The processes that decode, under a name, and the time limit for reading something."""
    parser.add_argument(
        workers,
        type=integer(0, 1024),
        default=min(os.cpu_count() or 1, 4),
        help='decoding processes; 0 for this process only (default: number of CPUs, at most 4)',
    )
    parser.add_argument(
        '--timeout',
        type=non_negative,
        metavar='SECONDS',
        help=f'time limit for reading {what}, 0 for none (default: MMACTION_VT_VIDEO_TIMEOUT, or 300)',
    )


def find_videos(args: Namespace) -> list[str]:
    """The videos of the inputs; remarks about them go to the standard error."""
    with Console(stderr=True).status('looking for videos'):
        videos, remarks = gather_videos(args.inputs, args.root)
    for remark in remarks:
        print(printable(remark), file=sys.stderr)
    return videos


def videos_left(videos: list[str], done: set[str], out: str) -> list[str]:
    """The videos that an output lacks."""
    left = [video for video in videos if printable(video) not in done]
    if len(left) < len(videos):
        print(f'{len(videos) - len(left)} of {len(videos)} videos are already in {out}')
    return left


def report(failed: dict[str, str], where: object, said: str | None) -> None:
    """Print what was done, how many videos failed, and where the reasons are.

    Args:
        failed: The reason for each video that could not be read.
        where: The file that has the reasons.
        said: What was done; None if nothing was.

    Raises:
        InputError: If all failed.
    """
    reasons = list(islice(failed.values(), SHOWN))
    place = f'the reasons are in {where} under "error"'
    if said is None:
        raise InputError(f'none of the {len(failed)} videos could be read, e.g. {reasons[0]}; {place}')
    print(said)
    if failed:
        print(f'{len(failed)} could not be read; {place}:')
        for reason in reasons:
            print(f'  {reason}')
        if len(failed) > len(reasons):
            print('  ...')
