"""Write a list of ActivityNet's segments: ``python tools/data/activitynet.py JSON SUBSET FOLDER OUT``.

JSON is the official ``activity_net.v1-3.min.json``, SUBSET ``training`` or ``validation``. FOLDER has the videos, named
by their id, with or without the prefix ``v_``.

OUT is a CSV with the columns ``path``, ``start``, ``end`` and ``label``: a row per annotated segment, in seconds, with
the path below FOLDER. Labels number the class names of the package. Missing videos are listed under the
same name with ``.missing.txt``.
"""

import csv
import io
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import NamedTuple

import mmaction_vt.utils.program_start  # noqa: F401

from common import VideoIndex, check_list, read_json, write_found

from mmaction_vt.class_names import read_class_names
from mmaction_vt.cli import add_overwrite_option, read_labels, run
from mmaction_vt.errors import InputError

WHAT = 'the official activity_net.v1-3.min.json'
HEADER = 'path,start,end,label'
SHORTEST = 0.05  # seconds; a few segments of the official file are of 0 or 0.01 seconds


class Segment(NamedTuple):
    """A segment of a video, in seconds."""

    video: str
    start: float
    end: float
    label: int


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description="Write a list of ActivityNet's segments.")
    parser.add_argument('json', type=Path, help='activity_net.v1-3.min.json')
    parser.add_argument('subset', choices=('training', 'validation'), help='subset with labels')
    parser.add_argument('folder', type=Path, help='folder with the videos')
    parser.add_argument('out', type=Path, help='CSV to write')
    add_overwrite_option(parser, 'existing lists')
    parser.add_argument('--labels', type=Path, help='class names, one per line, instead of those of the package')
    return parser


def read_segments(path: Path, subset: str, labels: dict[str, int]) -> list[Segment]:
    """The segments of a subset, clipped to the duration of their video.

    Raises:
        InputError: If the file has another format, or an entry has no segment or an unknown class.
    """
    videos = read_json(path, dict, WHAT).get('database')
    if not isinstance(videos, dict) or not videos:
        raise InputError(f'{path} has no videos under "database"; expected {WHAT}')
    segments = []
    for video, entry in videos.items():
        where = f'{path}, video {video}'
        if not isinstance(entry, dict) or 'subset' not in entry:
            raise InputError(f'{where}: subset is missing; expected {WHAT}')
        if entry['subset'] == subset:
            duration = float(entry.get('duration') or 'inf')
            annotations = entry.get('annotations', ())
            segments += [parse_segment(video, annotation, duration, where, labels) for annotation in annotations]
    if not segments:
        raise InputError(f'{path} has no segment of the subset {subset}; expected {WHAT}')
    return segments


def parse_segment(video: str, annotation: dict, duration: float, where: str, labels: dict[str, int]) -> Segment:
    """A segment.

    Raises:
        InputError: If it does not have two times, or its class is unknown.
    """
    try:
        start, end = map(float, annotation['segment'])
        name = annotation['label']
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f'{where}: {annotation} is not an annotation with a segment of two times and a label'
        ) from error
    if name not in labels:
        raise InputError(f'{where}: unknown class {name!r}, not one of the {len(labels)} class names')
    return Segment(video, max(start, 0.0), min(end, duration), labels[name])


def find_video(index: VideoIndex, video: str) -> str | None:
    return index.find(f'v_{video}') or index.find(video)


def format_row(path: str, segment: Segment) -> str:
    row = io.StringIO()
    times = (f'{time:.10g}' for time in (segment.start, segment.end))
    csv.writer(row, lineterminator='').writerow([path, *times, segment.label])
    return row.getvalue()


def main(args: Namespace) -> None:
    check_list(args.out, args.overwrite, [args.json, args.labels])
    names = read_class_names('activitynet') if args.labels is None else read_labels(args.labels)
    segments = read_segments(args.json, args.subset, {name: label for label, name in enumerate(names)})
    kept = [segment for segment in segments if segment.end - segment.start >= SHORTEST]
    if len(kept) < len(segments):
        print(f'{len(segments) - len(kept)} segments shorter than {SHORTEST} seconds are skipped')
    index = VideoIndex(args.folder)
    paths = {video: find_video(index, video) for video in dict.fromkeys(segment.video for segment in kept)}
    rows = [format_row(paths[segment.video], segment) for segment in kept if paths[segment.video] is not None]
    missing = [segment.video for segment in kept if paths[segment.video] is None]
    write_found(args.out, rows, missing, args.folder, HEADER, 'segments')


if __name__ == '__main__':
    run(main, build_parser())
