"""Write lists of UCF-101 or HMDB-51: ``python tools/data/ucf_hmdb.py ucf101 SPLITS VIDEOS OUT``.

SPLITS holds the official files of the three splits: ``classInd.txt``, ``trainlist01.txt``, ``testlist01.txt``, ... for
UCF-101, ``CLASS_test_split1.txt``, ... for HMDB-51. VIDEOS contains a folder of videos per class.

For each split N, OUT receives ``ucf101_train_split_N_videos.txt`` and ``ucf101_val_split_N_videos.txt`` with a path
below VIDEOS and a label per line, and ``labels.txt`` once. Missing videos are listed in a file of the same name with
the suffix ``.missing.txt``.
"""

import re
from argparse import ArgumentParser, Namespace
from pathlib import Path

import mmaction_vt.utils.program_start  # noqa: F401

from common import VideoIndex, check_list, parse_label, read_lines, write_found, write_lines

from mmaction_vt.cli import add_overwrite_option, run
from mmaction_vt.errors import InputError
from mmaction_vt.utils.outputs import check_output, check_output_folder

SPLITS = (1, 2, 3)
HMDB_PARTS = {'0': None, '1': 'train', '2': 'val'}

# Names of videos with their labels, for training and for validation.
Parts = dict[str, list[tuple[str, int]]]


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Write lists of the three splits of UCF-101 or HMDB-51.')
    parser.add_argument('dataset', choices=('ucf101', 'hmdb51'), help='the dataset')
    parser.add_argument('splits', type=Path, help='folder with the official files of the splits')
    parser.add_argument('videos', type=Path, help='folder with a folder of videos per class')
    parser.add_argument('out', type=Path, help='folder for the lists')
    add_overwrite_option(parser, 'existing lists')
    return parser


def read_ucf_classes(path: Path) -> list[str]:
    """Names of UCF-101's classes, in the order of their numbers.

    Raises:
        InputError: If a line is not a number and a name, or the numbers are not consecutive from 1.
    """
    names = []
    for number, line in read_lines(path, "UCF-101's list of classes"):
        match = re.fullmatch(r'(\d+)\s+(\S+)', line)
        if match is None or int(match[1]) != len(names) + 1:
            raise InputError(f'{path}, line {number}: {line!r} is not the number {len(names) + 1} and a name')
        names.append(match[2])
    return names


def read_ucf(folder: Path) -> tuple[list[str], list[Parts]]:
    """The classes and the three splits of UCF-101.

    Raises:
        InputError: If a file is missing, or a class is unknown or has a different number.
    """
    names = read_ucf_classes(folder / 'classInd.txt')
    labels = {name: label for label, name in enumerate(names)}
    splits = []
    for split in SPLITS:
        parts = {}
        for part, file in (('train', 'train'), ('val', 'test')):
            path = folder / f'{file}list{split:02d}.txt'
            parts[part] = [
                read_ucf_line(line, f'{path}, line {number}', labels)
                for number, line in read_lines(path, f'the {file} list of split {split} of UCF-101')
            ]
        splits.append(parts)
    return names, splits


def read_ucf_line(line: str, where: str, labels: dict[str, int]) -> tuple[str, int]:
    """Name and label of a video: ``Class/v_Class_g01_c01.avi``, followed by the number of the class in training lists.

    Raises:
        InputError: If the class is unknown or has a different number.
    """
    video, _, number = line.partition(' ')
    name = video.partition('/')[0]
    if name not in labels:
        raise InputError(f'{where}: the class {name!r} is not in classInd.txt')
    if number and parse_label(number.strip(), where) != labels[name] + 1:
        raise InputError(f'{where}: the class {name} has the number {labels[name] + 1}, not {number.strip()}')
    return video, labels[name]


def read_hmdb(folder: Path) -> tuple[list[str], list[Parts]]:
    """The classes and the three splits of HMDB-51.

    Raises:
        InputError: If a file is missing, or a line is not a video and 0, 1 or 2.
    """
    if not folder.is_dir():
        raise InputError(f'folder {folder} does not exist')
    names = sorted(
        {match[1] for path in folder.iterdir() if (match := re.fullmatch(r'(.+)_test_split\d.txt', path.name))}
    )
    if not names:
        raise InputError(f'{folder} has no files like brush_hair_test_split1.txt, the splits of HMDB-51')
    splits = []
    for split in SPLITS:
        parts = {'train': [], 'val': []}
        for label, name in enumerate(names):
            path = folder / f'{name}_test_split{split}.txt'
            for number, line in read_lines(path, f'split {split} of the class {name} of HMDB-51'):
                video, _, use = line.rpartition(' ')
                if not video or use not in HMDB_PARTS:
                    raise InputError(f'{path}, line {number}: {line!r} is not a video and 0, 1 or 2')
                if HMDB_PARTS[use] is not None:
                    parts[HMDB_PARTS[use]].append((f'{name}/{video.strip()}', label))
        splits.append(parts)
    return names, splits


def lists_of(args: Namespace) -> dict[tuple[int, str], Path]:
    """The lists to write, by split and part, none of which exists."""
    check_output_folder(args.out, 'OUT')
    lists = {
        (split, part): args.out / f'{args.dataset}_{part}_split_{split}_videos.txt'
        for split in SPLITS
        for part in ('train', 'val')
    }
    for path in lists.values():
        check_list(path, args.overwrite, (), 'the list')
    check_output(args.out / 'labels.txt', 'the list of classes', args.overwrite)
    return lists


def main(args: Namespace) -> None:
    lists = lists_of(args)
    names, splits = read_ucf(args.splits) if args.dataset == 'ucf101' else read_hmdb(args.splits)
    index = VideoIndex(args.videos)
    for split, parts in zip(SPLITS, splits, strict=True):
        for part, samples in parts.items():
            paths = [index.find(name) for name, _ in samples]
            lines = [f'{path} {label}' for path, (_, label) in zip(paths, samples, strict=True) if path is not None]
            missing = [name for path, (name, _) in zip(paths, samples, strict=True) if path is None]
            write_found(lists[split, part], lines, missing, args.videos)
    write_lines(args.out / 'labels.txt', names)
    print(f'{args.out / "labels.txt"}: {len(names)} classes')


if __name__ == '__main__':
    run(main, build_parser())
