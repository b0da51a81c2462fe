"""Write lists for a folder of your own videos: ``python tools/data/build_list.py FOLDER OUT``.

The folders in FOLDER are the classes; their videos may be in subfolders. A random share of each class is for
validation. If FOLDER has ``train`` and ``val`` (or ``validation`` or ``test``), with classes in these, this split
is used.

With ``--labels TABLE.csv`` a video has several labels: the table has its path below FOLDER in the column ``path`` and
names of classes with ``;`` between them in ``labels``, and optionally ``train`` or ``val`` in ``split``. A line of the
lists then has all labels of a video.

OUT gets ``train.txt`` and ``val.txt``, with a path below FOLDER and a label per line, and ``labels.txt``. A config that
fine-tunes a model on them is printed, or written with ``--config NAME --out FILE.py``.
"""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from random import Random

import mmaction_vt.utils.program_start  # noqa: F401

from common import find_videos, write_lines
from label_table import count_labels, read_labelled, split_labelled
from own_config import DEFAULT_MODEL, own_config

from mmaction_vt.cli import add_overwrite_option, run
from mmaction_vt.errors import InputError
from mmaction_vt.utils.files import CONFIG_SUFFIX
from mmaction_vt.utils.option_types import seed, share
from mmaction_vt.utils.outputs import check_output, check_output_folder

LISTS = ('train.txt', 'val.txt', 'labels.txt')
TRAIN = 'train'
VALS = ('val', 'validation', 'test')


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Write lists for a folder of videos with a folder for each class.')
    parser.add_argument('folder', type=Path, help='folder with a folder per class, or with train and val')
    parser.add_argument('out', type=Path, help='folder for the lists')
    parser.add_argument(
        '--labels', type=Path, metavar='TABLE.csv', help='table with several labels per video, instead of folders'
    )
    add_overwrite_option(parser, 'existing lists, and an existing config')
    parser.add_argument(
        '--val-share',
        type=share,
        default=0.2,
        help='share of a class, or with --labels of the videos, for validation (default: %(default)s)',
    )
    parser.add_argument(
        '--config',
        metavar='NAME',
        default=DEFAULT_MODEL,
        help='model to fine-tune, by its name or config file (default: %(default)s)',
    )
    parser.add_argument('--out', dest='config_file', type=Path, metavar='FILE.py', help='config to write')
    parser.add_argument('--seed', type=seed, default=0, help='random seed (default: %(default)s)')
    return parser


def by_folder(videos: list[str], depth: int, folder: Path) -> dict[str, list[str]]:
    """The videos of each folder at a depth: 0 for the first part of a path.

    Raises:
        InputError: If a video is above that depth.
    """
    groups = {}
    for video in videos:
        parts = video.split('/')
        if len(parts) < depth + 2:
            raise InputError(f'{folder / video} is not in the folder of a class, such as CLASS/video.mp4')
        groups.setdefault(parts[depth], []).append(video)
    return dict(sorted(groups.items()))


def find_splits(videos: list[str]) -> tuple[str, str] | None:
    """The folders for training and for validation, if there are both and no other folders."""
    folders = {video.partition('/')[0] for video in videos}
    vals = [name for name in VALS if name in folders]
    if TRAIN not in folders or not vals or folders - {TRAIN, *VALS}:
        return None
    return TRAIN, vals[0]


def take_splits(videos: list[str], splits: tuple[str, str], folder: Path) -> list[dict[str, list[str]]]:
    """The videos of each class for training and for validation, as split by folders.

    Raises:
        InputError: If they have different classes.
    """
    groups = by_folder(videos, 0, folder)
    left_out = sorted(set(groups) - set(splits))
    if left_out:
        print(f'{folder / left_out[0]} is ignored: {splits[1]} is for validation')
    parts = [by_folder(groups[split], 1, folder) for split in splits]
    for split, own, other in zip(splits, parts, reversed(parts), strict=True):
        lacking = sorted(set(other) - set(own))
        if lacking:
            raise InputError(
                f'{folder / split} has no videos of {lacking[0]}: {" and ".join(splits)} must have the same classes'
            )
    return parts


def draw_splits(videos: list[str], folder: Path, val_share: float, seed: int) -> list[dict[str, list[str]]]:
    """The videos of each class for training and for validation, drawn at random.

    Raises:
        InputError: If no class has two videos.
    """
    train, val = {}, {}
    for name, members in by_folder(videos, 0, folder).items():
        if len(members) == 1:
            print(f'warning: class {name} has a single video, used for training')
        count = min(max(round(val_share * len(members)), 1), len(members) - 1)
        # Seeded per class: the split of a class does not depend on other classes.
        drawn = set(Random(f'{seed} {name}').sample(members, count))
        train[name] = [video for video in members if video not in drawn]
        val[name] = sorted(drawn)
    if not any(val.values()):
        raise InputError(f'no class in {folder} has two videos, so none is left for validation')
    return [train, val]


def read_folder_lists(args: Namespace) -> tuple[list[str], list[list[str]]]:
    """The classes, and the lines of both lists, of folders."""
    videos = find_videos(args.folder)
    splits = find_splits(videos)
    if splits is None:
        parts = draw_splits(videos, args.folder, args.val_share, args.seed)
    else:
        parts = take_splits(videos, splits, args.folder)
    labels = sorted(parts[0])
    return labels, [[f'{video} {label}' for label, key in enumerate(labels) for video in part[key]] for part in parts]


def read_table_lists(args: Namespace) -> tuple[list[str], list[list[str]]]:
    """The classes, and the lines of both lists, of a table with several labels per video."""
    videos, missing = read_labelled(args.labels, args.folder)
    if missing:
        print(f'warning: {len(missing)} videos of {args.labels} are not in {args.folder}, such as {missing[0]}')
    parts = split_labelled(videos, args.val_share, args.seed)
    labels = sorted(count_labels(videos))
    if not labels:
        raise InputError(f'no video of {args.labels} has a label')
    numbers = {name: number for number, name in enumerate(labels)}
    lines = [
        [' '.join([v.path, *map(str, sorted(numbers[name] for name in v.labels))]) for v in part] for part in parts
    ]
    return labels, lines


def main(args: Namespace) -> None:
    check_output_folder(args.out, 'OUT')
    for name in LISTS:
        check_output(args.out / name, 'the list', args.overwrite)
    if args.config_file is not None:
        check_output(args.config_file, '--out', args.overwrite, [args.config, args.labels], (CONFIG_SUFFIX,))
    labels, lists = read_table_lists(args) if args.labels is not None else read_folder_lists(args)
    config_file = args.config_file or args.out / 'config.py'
    config = own_config(args.config, config_file, args.folder, args.out, labels, args.labels is not None)
    for name, lines in zip(LISTS, lists, strict=False):
        write_lines(args.out / name, lines)
        print(f'{args.out / name}: {len(lines)} videos')
    write_lines(args.out / 'labels.txt', labels)
    print(f'{args.out / "labels.txt"}: {len(labels)} classes')
    if args.config_file is None:
        print(f'\nconfig for these lists (write it with --out {config_file}):\n\n{config}')
        return
    write_lines(config_file, config.splitlines())
    print(f'{config_file}: next, run python tools/train.py {config_file} --amp bf16 --auto-scale-lr')


if __name__ == '__main__':
    run(main, build_parser())
