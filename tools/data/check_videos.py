"""Find videos that cannot be decoded: ``python tools/data/check_videos.py LIST_OR_FOLDER --out broken.txt``.

LIST has a path and a label per line, relative to ``--root``; in a FOLDER all videos are checked. The first, the middle
and the last frame are decoded, or all with ``--thorough``. A line of ``--out`` is the path of a broken video, a tab and
the reason; ``--write-list`` writes the list without them. A video whose decoder crashes or hangs counts as broken. An
interrupted run is resumed.
"""

import importlib.util
import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

import mmaction_vt.utils.program_start  # noqa: F401

from common import find_videos, read_lines, write_lines
from decoding import decode_with_decord, decode_with_pyav
from processes import add_workers_option, call_in_processes
from rich.console import Console
from rich.progress import track

from mmaction_vt.cli import add_overwrite_option, run
from mmaction_vt.errors import InputError
from mmaction_vt.utils.annotation_lists import find_delimiter
from mmaction_vt.utils.option_types import positive
from mmaction_vt.utils.outputs import check_output, write_output
from mmaction_vt.utils.text_files import parse_digits

CHECKED = '.checked'  # behind the name of the output: the record of an unfinished run
HEADER_BEGIN = '{"root": '
BACKENDS = dict(decord=decode_with_decord, pyav=decode_with_pyav)


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Find videos that cannot be decoded.')
    parser.add_argument('videos', type=Path, metavar='LIST_OR_FOLDER', help='list or folder of videos')
    parser.add_argument('--root', type=Path, help='root folder of the paths in a list (default: the current folder)')
    parser.add_argument('--out', type=Path, default=Path('broken.txt'), help='file to write (default: %(default)s)')
    parser.add_argument('--thorough', action='store_true', help='decode every frame instead of three')
    parser.add_argument(
        '--backend', choices=BACKENDS, default='pyav', help='decoder, as in the config (default: %(default)s)'
    )
    parser.add_argument('--write-list', type=Path, metavar='FILE', help='write the list without the broken videos')
    parser.add_argument(
        '--timeout',
        type=positive,
        default=600,
        help='time limit per video in seconds (default: %(default)s)',
    )
    add_overwrite_option(parser, 'existing files')
    add_workers_option(parser)
    return parser


def read_list(path: Path, root: Path) -> list[tuple[str, str]]:
    """The lines of a list, each with its path.

    Raises:
        InputError: If the file is missing or empty, a line has no label, or no video is in the folder.
    """
    lines = []
    numbered = read_lines(path, 'a list with a path and a label per line')
    delimiter = find_delimiter(numbered[0][1], str(path)) or ' '
    for number, line in numbered:
        video, _, label = line.rpartition(delimiter)
        if not video or parse_digits(label.strip()) is None:
            raise InputError(f'{path}, line {number}: {line!r} is not a path, {delimiter!r} and a label')
        lines.append((line, video.strip()))
    if not any((root / video).is_file() for _, video in lines):
        raise InputError(f'none of the {len(lines)} videos of {path} is in {root}: set --root')
    return lines


class Record:
    """Results of an unfinished run, in a file next to its output.

    Args:
        path: The file: settings in the first line, then a path, a tab and, if the video is broken, the reason per line.
        settings: Settings of the run. Results with other settings are discarded.
    """

    def __init__(self, path: Path, settings: dict) -> None:
        self.path = path
        self.faults = {}
        header = json.dumps(settings)
        check_output(path, 'the record', overwrite=True)
        if path.is_file():
            # The last piece is empty, or a line that was not finished.
            first, *lines = path.read_text(encoding='utf-8', errors='replace').split('\n')[:-1] or ['']
            if not first.startswith(HEADER_BEGIN):
                raise InputError(f'{path} was not written by this program, which keeps its record there: remove it')
            if first == header:
                self.faults = dict(line.split('\t', 1) for line in lines)
        write_lines(path, [header, *(f'{video}\t{fault}' for video, fault in self.faults.items())])
        self.file = path.open('a', encoding='utf-8')

    def add(self, video: str, fault: str) -> None:
        """Add a video; the fault is empty if there is none."""
        self.faults[video] = fault
        self.file.write(f'{video}\t{fault}\n')
        self.file.flush()

    def remove(self) -> None:
        """Delete the file, at the end of a run."""
        self.file.close()
        self.path.unlink()


def check(videos: list[str], root: Path, record: Record, args: Namespace) -> None:
    """Check the videos that are not in the record yet."""
    calls = {}
    for video in videos:
        if video not in record.faults:
            calls.setdefault((str(root / video), args.thorough), []).append(video)
    answers = call_in_processes(BACKENDS[args.backend], list(calls), args.workers, args.timeout)
    for answer in track(answers, 'checking videos', total=len(calls), console=Console(stderr=True)):
        for video in calls[answer.call]:  # several, if a list has a path in several forms
            record.add(video, answer.fault or '')


def main(args: Namespace) -> None:
    if args.backend == 'decord' and importlib.util.find_spec('decord') is None:
        raise InputError('--backend decord needs the package decord, which does not exist for every system: use pyav')
    lines, progress = None, args.out.with_name(f'{check_output(args.out, "--out", True).name}{CHECKED}')
    inputs = [args.videos, args.write_list, progress]
    check_output(args.out, '--out', args.overwrite, inputs)
    if args.write_list is not None:
        check_output(args.write_list, '--write-list', args.overwrite, [args.videos, args.out, progress])
    if args.videos.is_dir():
        if args.write_list is not None:
            raise InputError(f'--write-list needs a list with labels, but {args.videos} is a folder')
        if args.root is not None:
            raise InputError(f'--root is for lists, but {args.videos} is a folder')
        root = args.videos
        videos = find_videos(root)
    else:
        root = args.root or Path()
        lines = read_list(args.videos, root)
        videos = list(dict.fromkeys(video for _, video in lines))

    settings = dict(root=str(root.resolve()), backend=args.backend, thorough=args.thorough)
    record = Record(progress, settings)
    known = sum(video in record.faults for video in videos)
    if known:
        print(f'{known} of {len(videos)} videos were checked before')
    try:
        check(videos, root, record, args)
    except KeyboardInterrupt:
        print('interrupted; run the same command to resume', file=sys.stderr)
        raise

    broken = {video: record.faults[video] for video in videos if record.faults[video]}
    write_output(args.out, ''.join(f'{video}\t{fault}\n' for video, fault in broken.items()))
    if args.write_list is not None:
        kept = [line for line, video in lines if video not in broken]
        write_lines(args.write_list, kept)
        print(f'{args.write_list}: {len(kept)} videos')
    record.remove()
    print(f'{args.out}: {len(broken)} of {len(videos)} videos are broken')


if __name__ == '__main__':
    run(main, build_parser())
