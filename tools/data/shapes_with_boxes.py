"""Write a small data set for action detection: several moving shapes in a video, each with its own motion and box.

The shapes and their eight motions are those of ``moving_shapes.py``. Each of the two to four objects of a clip moves in
a part of the frame of its own, so a clip has several labels, and only the box says which one is meant.

    python tools/data/shapes_with_boxes.py data/shapes_with_boxes

writes ``train/INDEX.mp4`` and ``val/INDEX.mp4``, the boxes in the middle frame in ``train.csv`` and ``val.csv``, with
the columns ``video,time,x1,y1,x2,y2,label`` (``docs/detection.md``), the names of the classes in ``labels.txt`` and the
arguments in ``meta.json``. An interrupted run is resumed where it stopped.

    python tools/data/shapes_with_boxes.py data/shapes_with_boxes --long 6

also writes ``long.mp4``, six clips of other objects one after the other, with the boxes in every frame in ``long.csv``.
"""

import sys
from argparse import ArgumentParser, Namespace
from functools import partial
from itertools import starmap
from pathlib import Path
from typing import NamedTuple

import mmaction_vt.utils.program_start  # noqa: F401

import numpy as np
from moving_shapes import (
    CLASSES,
    MIN_FRAMES,
    SUPERSAMPLING,
    add_object,
    cover_of,
    downsample,
    draw_class,
    draw_shape,
    draw_textures,
    generator_of,
    write_video,
)
from numpy.random import Generator
from rendered_clips import SPLITS, check_arguments, prepare_folder, write_clips

from mmaction_vt.cli import run
from mmaction_vt.errors import InputError
from mmaction_vt.utils.files import write_atomically
from mmaction_vt.utils.option_types import integer
from mmaction_vt.utils.outputs import check_output_folder

FORMAT = 1  # increased if the same arguments produce other clips
FPS = 16  # of write_video
LEAST, MOST = 2, 4  # objects of a clip
SIDES = (0.46, 0.54)  # of the part of the frame in which an object moves
STREAM = 3  # of random numbers: the clips are others than those of moving_shapes.py
LONG = 'val'  # split from whose end the clips of a long video are taken
MIN_SIZE = 64
HEADER = 'video,time,x1,y1,x2,y2,label'


class Scene(NamedTuple):
    """A clip of several objects.

    Attributes:
        frames: (T, H, W, 3) in RGB, uint8.
        masks: What each object covers (objects, T, H, W), bool.
        labels: The class of each object.
    """

    frames: np.ndarray
    masks: np.ndarray
    labels: list[int]


def render(seed: int, split: str, index: int, size: int, frames: int) -> Scene:
    """Draw one clip.

    Args:
        seed: Seed of the data set.
        split: ``train`` or ``val``, which have no clips in common.
        index: Number of the clip in its split.
        size: Side of the square frames in pixels.
        frames: Number T of frames.

    Raises:
        ValueError: If there is no such split.
    """
    rng = generator_of(seed, split, index, STREAM)
    labels = classes_of(index)
    paths = [
        corner + side * draw_class(rng, label, frames) * (1, 1, 1, 1 / side)
        for label, (corner, side) in zip(labels, draw_parts(rng, len(labels)), strict=True)
    ]
    side = SUPERSAMPLING * size
    background = draw_textures(rng, side)[0]
    looks = [(draw_textures(rng, side)[1], draw_shape(rng, side)) for _ in labels]
    clip = np.empty((frames, size, size, 3), np.uint8)
    masks = np.empty((len(labels), frames, size, size), bool)
    for t in range(frames):
        frame = background
        for number, (texture, shape) in enumerate(looks):
            frame, cover = add_object(frame, texture, shape, paths[number][t])
            masks[number, t] = cover_of(cover, size)
        clip[t] = downsample(frame, size)
    return Scene(clip, masks, labels)


def classes_of(index: int) -> list[int]:
    """The classes of a clip's objects; every class occurs equally often, in all combinations with others."""
    count = LEAST + index % (MOST - LEAST + 1)
    rng = np.random.default_rng(index // len(CLASSES))
    turns = [np.roll(rng.permutation(len(CLASSES)), index) for _ in range(MOST)]
    return [int(turn[0]) for turn in turns[:count]]


def draw_parts(rng: Generator, count: int) -> list[tuple[np.ndarray, float]]:
    """Square parts of the frame, one near each of some corners: left, top and two zeros (4,), and the side."""
    parts = []
    for quarter in rng.permutation(MOST)[:count]:
        side = rng.uniform(*SIDES)
        left, top = (
            (1 - side) * (end if rng.random() < 0.5 else abs(end - rng.uniform(0, 0.06)))
            for end in divmod(int(quarter), 2)
        )
        parts.append((np.array([left, top, 0.0, 0.0]), side))
    return parts


def box_of(mask: np.ndarray) -> tuple[float, float, float, float] | None:
    """The box around what is True in a mask (H, W), as shares of its width and height; None for an empty mask."""
    rows, columns = (np.flatnonzero(mask.any(axis)) for axis in (1, 0))
    if not len(rows):
        return None
    height, width = mask.shape
    return columns[0] / width, rows[0] / height, (columns[-1] + 1) / width, (rows[-1] + 1) / height


def boxes_at(scene: Scene, frame: int, video: str, time: float) -> list[str]:
    """The rows of a frame's boxes."""
    found = ((box_of(mask[frame]), label) for mask, label in zip(scene.masks, scene.labels, strict=True))
    return [
        f'{video},{time:g},{",".join(f"{part:.4f}" for part in box)},{CLASSES[label]}'
        for box, label in found
        if box is not None
    ]


def path_of(split: str, index: int) -> str:
    """Path of a clip below the data set's folder."""
    return f'{split}/{index:06d}.mp4'


def write_sample(sample: tuple[str, int], folder: Path, seed: int, size: int, frames: int) -> None:
    """Render and write a clip, given as split and index, and the rows of its boxes, unless they exist."""
    path = folder / path_of(*sample)
    rows = path.with_suffix('.csv')
    if not (path.exists() and rows.exists()):
        scene = render(seed, *sample, size, frames)
        key = frames // 2
        write_video(scene.frames, path)
        write_atomically(rows, '\n'.join(boxes_at(scene, key, path_of(*sample), key / FPS)) + '\n')


def write_long(folder: Path, count: int, seed: int, size: int, frames: int) -> None:
    """Write some clips as one video, with the boxes of all frames."""
    scenes = list(starmap(render, ((seed, LONG, 10**6 + index, size, frames) for index in range(count))))
    write_video(np.concatenate([scene.frames for scene in scenes]), folder / 'long.mp4')
    rows = [
        row
        for number, scene in enumerate(scenes)
        for t in range(frames)
        for row in boxes_at(scene, t, 'long.mp4', (number * frames + t) / FPS)
    ]
    write_atomically(folder / 'long.csv', '\n'.join([HEADER, *rows]) + '\n')


def make_dataset(args: Namespace) -> bool:
    """Write the data set, or the missing part of it; False if it was complete already."""
    at_least = dict(train=(args.train, 1), val=(args.val, 1), size=(args.size, MIN_SIZE))
    at_least |= dict(frames=(args.frames, MIN_FRAMES), seed=(args.seed, 0), workers=(args.workers, 1))
    check_arguments(at_least, args.size)
    folder, options = args.out_dir, dict(size=args.size, frames=args.frames, seed=args.seed)
    counts = dict(train=args.train, val=args.val)
    meta = dict(data_set='shapes_with_boxes', format=FORMAT, **counts, **options)
    complete = prepare_folder(folder, meta, args.overwrite)
    if not complete or not all((folder / f'{split}.csv').exists() for split in SPLITS):
        write = partial(write_sample, folder=folder, **options)
        write_clips(folder, 'shapes with boxes', CLASSES, counts, path_of, write, args.workers, classes_of)
        for split, count in counts.items():
            rows = (
                (folder / path_of(split, index)).with_suffix('.csv').read_text(encoding='utf-8')
                for index in range(count)
            )
            write_atomically(folder / f'{split}.csv', f'{HEADER}\n{"".join(rows)}')
    if args.long and not (folder / 'long.csv').exists():
        write_long(folder, args.long, **options)
    return not complete


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('out_dir', type=Path, help='folder of the data set')
    parser.add_argument('--train', type=integer(), default=2000, help='training clips (default: %(default)s)')
    parser.add_argument('--val', type=integer(), default=400, help='validation clips (default: %(default)s)')
    parser.add_argument('--size', type=integer(), default=96, help='side in pixels (default: %(default)s)')
    parser.add_argument('--frames', type=integer(), default=16, help='frames of a clip (default: %(default)s)')
    parser.add_argument('--long', type=integer(high=1000), default=0, metavar='N', help='a video of N more clips')
    parser.add_argument('--seed', type=integer(), default=0, help='seed of all clips (default: %(default)s)')
    parser.add_argument('--workers', type=integer(high=1024), default=2, help='processes (default: %(default)s)')
    parser.add_argument('--overwrite', action='store_true', help='replace a data set with other arguments')
    return parser


def main(args: Namespace) -> None:
    check_output_folder(args.out_dir, 'OUT_DIR')
    try:
        written = make_dataset(args)
    except (ValueError, FileExistsError) as error:
        raise InputError(str(error)) from error
    except KeyboardInterrupt:
        print('interrupted; run the same command to resume', file=sys.stderr)
        raise
    print(f'{args.out_dir}: {args.train} + {args.val} clips' if written else f'{args.out_dir}: complete already')


if __name__ == '__main__':
    run(main, build_parser())
