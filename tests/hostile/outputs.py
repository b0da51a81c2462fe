"""Outputs where nothing can be written, or where something would be lost."""

import json
import os
import random
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import yaml

from hostile.case import Case
from hostile.good import Good

OUT = '{out}'
VALUABLE = 'do not lose me\n'


@dataclass(frozen=True)
class Program:
    """A program that writes, with arguments that are right but for ``OUT``.

    Args:
        argv: The program and its arguments.
        suffix: What its output ends in; None if it writes a folder.
        reads: Files that it reads, none of which its output may be.
        make: Writes what it reads, besides the good files.
        overwrites: Whether it has ``--overwrite``.
        replaces: Whether it replaces an output without being asked.
    """

    argv: tuple[str, ...]
    suffix: str | None
    reads: tuple[str, ...] = ()
    make: Callable[[Path], None] | None = None
    overwrites: bool = True
    replaces: bool = False


def cases(rng: random.Random, good: Good) -> Iterator[Case]:
    """Every program with every bad place, in random order, again and again with other names."""
    turn = 0
    while True:
        pairs = [(program, place) for program in programs(good) for place in places_of(program)]
        rng.shuffle(pairs)
        for program, place in pairs:
            yield place(program, rng, turn)
        yield from work_dirs(good, turn)
        turn += 1


def programs(good: Good) -> list[Program]:
    model = (good.config, good.checkpoint)
    reads = (good.config, good.checkpoint, good.video)
    found = [
        Program(('demo/demo.py', *model, good.video, '--out-filename', OUT), suffix, reads)
        for suffix in ('.gif', '.mp4')
    ]
    for suffix in ('.gif', '.mp4', '.png'):
        found += [
            Program((name, *model, good.video, '--out-filename', OUT), suffix, reads)
            for name in ('demo/demo_gradcam.py', 'tools/analysis/draw_token_labels.py')
        ]
    lists = (good.config, good.checkpoint, good.list)
    found += [
        Program(
            ('tools/predict.py', *model, good.list, '--root', 'videos', '--workers', '0', '--out', OUT), suffix, lists
        )
        for suffix in ('.csv', '.json')
    ]
    found += [
        Program(('tools/test.py', *model, '--out', OUT), suffix, lists, overwrites=False, replaces=True)
        for suffix in ('.json', '.pkl')
    ]
    found += [Program(('tools/deployment/export.py', *model, '--out', OUT), '.pt2', model)]
    convert = ('tools/convert_checkpoint.py', good.checkpoint, OUT)
    found += [Program(convert, '.pth', (good.checkpoint,)), Program((*convert, '--to', 'huggingface'), None)]
    found += [
        Program(('tools/convert_yaml.py', 'a.yaml', '--out', OUT), '.py', ('a.yaml',), write_yaml),
        Program(('tools/still_shapes.py', OUT, '--clips', '8', '--epochs', '1', '--workers', '1'), '.pth'),
        Program(('tools/analysis/draw_curves.py', 'trained', OUT), '.png', make=write_log),
        Program(
            ('tools/analysis/draw_gallery.py', 'report.json', OUT),
            '.gif',
            ('report.json',),
            partial(write_report, good),
        ),
        Program(
            ('tools/analysis/draw_results.py', 'report.json', OUT), None, ('report.json',), partial(write_report, good)
        ),
        Program(('tools/data/build_list.py', 'classes', OUT), None, make=partial(write_classes, good)),
        Program(('tools/data/check_videos.py', 'videos', '--workers', '1', '--out', OUT), '.txt'),
        Program(('tools/data/diving48.py', 'a.json', 'videos', OUT), '.txt', ('a.json',), write_diving48),
        Program(('tools/data/make_shards.py', good.list, 'videos', OUT), None, overwrites=False),
        Program(('tools/data/resize_videos.py', 'videos', OUT, '--workers', '1'), None, overwrites=False),
        Program(
            ('tools/data/moving_shapes.py', OUT, '--train', '1', '--val', '1', '--workers', '1'), None, overwrites=False
        ),
    ]
    return found


def places_of(program: Program) -> list[Callable[[Program, random.Random, int], Case]]:
    both = [nowhere, below_a_file, loop, too_long, kernel, special]
    if program.suffix is None:
        return [*both, file_for_folder]
    places = [*both, folder_for_file]
    if not program.replaces:
        places.append(existing)
    if program.reads:
        places.append(an_input)
    if program.suffix != '.pth' and program.argv[0] not in ('tools/data/check_videos.py', 'tools/data/diving48.py'):
        places.append(other_suffix)
    return places


def case(program: Program, what: str, turn: int, out: str, make: Callable[[Path], None], **options: object) -> Case:
    argv = tuple(out if word == OUT else word for word in program.argv)
    if options.pop('overwrite', False) and program.overwrites:
        argv += ('--overwrite',)

    def write(folder: Path) -> None:
        if program.make is not None:
            program.make(folder)
        make(folder)

    name = f'{Path(program.argv[0]).name} {" ".join(argv[1:])[-60:]}: {what} ({turn})'
    return Case(name, argv, write, **options)


def name_of(program: Program, rng: random.Random) -> str:
    stem = rng.choice(['out', 'Out put', 'résultat', '[bold]', 'new/out', '%s', 'a.b'])
    return f'{stem}{program.suffix or ""}'


def nothing(folder: Path) -> None:
    """Nothing has to be written."""


def nowhere(program: Program, rng: random.Random, turn: int) -> Case:
    out = rng.choice(
        ['', ' ', '\t'] if program.suffix is None else ['', ' ', '.', '..', '/', 'videos', './', 'videos/']
    )
    return case(program, 'no name of an output', turn, out, nothing)


def below_a_file(program: Program, rng: random.Random, turn: int) -> Case:
    out = f'file/{name_of(program, rng)}'
    return case(program, 'below a file', turn, out, lambda folder: write(folder / 'file'), keep=('file',))


def loop(program: Program, rng: random.Random, turn: int) -> Case:
    name = f'loop{program.suffix or ""}'
    out = rng.choice([name, f'{name}/{name_of(program, rng)}'])
    return case(program, 'a link to itself', turn, out, lambda folder: (folder / name).symlink_to(name))


def too_long(program: Program, rng: random.Random, turn: int) -> Case:
    long = rng.choice(['x', 'ä', '漢']) * rng.choice([256, 300, 5000])
    deep = 'x/' * rng.choice([2100, 9000])
    out = rng.choice(
        [f'{long}{program.suffix or ""}', f'{long}/{name_of(program, rng)}', f'{deep}{name_of(program, rng)}']
    )
    return case(program, 'too long a name', turn, out, nothing)


def kernel(program: Program, rng: random.Random, turn: int) -> Case:
    above = rng.choice(['/proc', '/sys', '/dev/null', '/dev/full', '/proc/self', '/proc/self/fd', '/sys/kernel'])
    return case(program, 'where the kernel is', turn, f'{above}/{name_of(program, rng)}', nothing)


def special(program: Program, rng: random.Random, turn: int) -> Case:
    kind, name = rng.choice(['pipe', 'full', 'null', 'zero', 'socket']), f'special{program.suffix or ""}'

    def make(folder: Path) -> None:
        if kind == 'pipe':
            os.mkfifo(folder / name)
        elif kind == 'socket':
            socket.socket(socket.AF_UNIX).bind(name)
        else:
            (folder / name).symlink_to(f'/dev/{kind}')

    overwrite = rng.random() < 0.5
    return case(program, f'a {kind}', turn, name, make, overwrite=overwrite)


def file_for_folder(program: Program, rng: random.Random, turn: int) -> Case:
    name = name_of(program, rng).replace('/', '_')
    return case(
        program, 'a file', turn, name, lambda folder: write(folder / name), keep=(name,), overwrite=rng.random() < 0.5
    )


def folder_for_file(program: Program, rng: random.Random, turn: int) -> Case:
    name = name_of(program, rng)
    inner = f'{name}/inner.txt'
    return case(program, 'a folder', turn, name, lambda folder: write(folder / inner), keep=(inner,), overwrite=True)


def existing(program: Program, rng: random.Random, turn: int) -> Case:
    name = name_of(program, rng)
    linked = rng.random() < 0.3

    def make(folder: Path) -> None:
        write(folder / 'mine')
        (folder / name).parent.mkdir(exist_ok=True)
        if linked:
            (folder / name).symlink_to(folder / 'mine')
        else:
            write(folder / name)

    return case(program, 'a file that exists', turn, name, make, keep=('mine', name))


def an_input(program: Program, rng: random.Random, turn: int) -> Case:
    read = rng.choice(program.reads)
    how = rng.choice([os.link, os.symlink])
    name = f'same{program.suffix}'

    def make(folder: Path) -> None:
        how(read, folder / name)

    return case(program, f'{read} by a {how.__name__}', turn, name, make, keep=(read,), overwrite=True)


def other_suffix(program: Program, rng: random.Random, turn: int) -> Case:
    name = f'out{rng.choice(["", ".", ".txt", ".exe", f"{program.suffix}.bak", f" {program.suffix[1:]}"])}'
    return case(program, 'another suffix', turn, name, nothing)


def work_dirs(good: Good, turn: int) -> Iterator[Case]:
    """Work dirs that are no folders, cannot be written to, or belong to an earlier training."""
    for argv in (('tools/train.py', good.config), ('tools/test.py', good.config, good.checkpoint)):
        for work_dir in ('/proc/w', '/dev/null/w', 'file', 'file/w', 'x' * 300, 'loop', 'loop/w'):
            name = f'{argv[0]} --work-dir {work_dir[:20]} ({turn})'
            yield Case(name, (*argv, '--work-dir', work_dir), write_obstacles, keep=('file',))
    for name in ('epoch_1.pth', 'iter_7.pth', 'best_acc_top1_epoch_1.pth', 'interrupted_iter_3.pth'):
        used = f'used/{name}'
        make = partial(write_used, used=used)
        yield Case(
            f'{used} without --resume ({turn})',
            ('tools/train.py', good.config, '--work-dir', 'used'),
            make,
            keep=(used,),
        )
        argv = (
            'tools/train.py',
            good.config,
            '--work-dir',
            'used',
            '--overwrite',
            '--cfg-options',
            f'load_from={used}',
        )
        yield Case(f'--overwrite of its own start {used} ({turn})', argv, make, keep=(used,))


def write_used(folder: Path, used: str) -> None:
    write(folder / used, (folder / 'checkpoint.pth').read_bytes())


def write_obstacles(folder: Path) -> None:
    write(folder / 'file')
    (folder / 'loop').symlink_to('loop')


def write(path: Path, content: str | bytes = VALUABLE) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def write_yaml(folder: Path) -> None:
    write(
        folder / 'a.yaml',
        yaml.safe_dump(
            {'TRAIN': {'DATASET': 'kinetics'}, 'TIMESFORMER': {}, 'MODEL': {'MODEL_NAME': 'vit_base_patch16_224'}}
        ),
    )


def write_log(folder: Path) -> None:
    entries = [dict(loss=2.0, lr=0.1, epoch=1, iter=step, step=step) for step in (1, 2)]
    write(
        folder / 'trained/20260101_000000/vis_data/scalars.json', ''.join(f'{json.dumps(entry)}\n' for entry in entries)
    )


def write_report(good: Good, folder: Path) -> None:
    videos = [dict(video=good.video, label=0, predicted=label, scores=[0.5, 0.5]) for label in (0, 1)]
    write(folder / 'report.json', json.dumps(dict(metrics={}, videos=videos)))


def write_classes(good: Good, folder: Path) -> None:
    for index, video in enumerate(good.videos):
        write(folder / 'classes' / f'class_{index % 2}' / f'{index}.mp4', (folder / video).read_bytes())


def write_diving48(folder: Path) -> None:
    write(folder / 'a.json', json.dumps([dict(vid_name='0', label=0), dict(vid_name='1', label=1)]))
