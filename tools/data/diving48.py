"""Write a list of Diving48: ``python tools/data/diving48.py JSON FOLDER OUT``.

JSON is the official ``Diving48_V2_train.json`` or ``Diving48_V2_test.json``, FOLDER contains the videos, named by
their ``vid_name``. A line of OUT is a path below FOLDER and a label. Missing videos are listed in a file of the same
name with the suffix ``.missing.txt``.
"""

from argparse import ArgumentParser, Namespace
from pathlib import Path

import mmaction_vt.utils.program_start  # noqa: F401

from common import VideoIndex, check_list, parse_label, read_json, write_found

from mmaction_vt.cli import add_overwrite_option, run
from mmaction_vt.errors import InputError

NUM_CLASSES = 48


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Write a list of Diving48.')
    parser.add_argument('json', type=Path, help='Diving48_V2_train.json or Diving48_V2_test.json')
    parser.add_argument('folder', type=Path, help='folder with the videos')
    parser.add_argument('out', type=Path, help='list to write')
    add_overwrite_option(parser, 'existing lists')
    return parser


def read_samples(path: Path) -> list[tuple[str, int]]:
    """Names of videos with their labels.

    Raises:
        InputError: If an entry has no name or no valid label.
    """
    samples = []
    for number, entry in enumerate(read_json(path, list, 'an official JSON of Diving48, a list of videos'), start=1):
        where = f'{path}, entry {number}'
        if not isinstance(entry, dict) or not entry.get('vid_name') or 'label' not in entry:
            raise InputError(f'{where}: expected vid_name and label')
        samples.append((str(entry['vid_name']), parse_label(entry['label'], where, NUM_CLASSES)))
    return samples


def main(args: Namespace) -> None:
    check_list(args.out, args.overwrite, [args.json])
    samples = read_samples(args.json)
    index = VideoIndex(args.folder)
    paths = [index.find(name) for name, _ in samples]
    lines = [f'{path} {label}' for path, (_, label) in zip(paths, samples, strict=True) if path is not None]
    missing = [name for path, (name, _) in zip(paths, samples, strict=True) if path is None]
    write_found(args.out, lines, missing, args.folder)


if __name__ == '__main__':
    run(main, build_parser())
