"""Render a data set of a person who does one of fifteen motion-captured actions, as H.264 videos.

The motions are DeepMimic's, in the package pybullet, whose software renderer draws them: `pip install
"mmaction_vt[people]"`. View, distance, speed, start, body, clothes, ground, wall or sky and light differ from clip to
clip. The colours and views of validation clips do not occur in training.

    python tools/data/motion_capture.py data/people

writes ``train/CLASS/INDEX.mp4`` and ``val/CLASS/INDEX.mp4``, the lists ``train.txt`` and ``val.txt`` (a path and a
label per line), the names of the classes in ``labels.txt`` and the arguments in ``meta.json``. A clip depends only on
the seed, the split, the index, the size, the number of frames and the frame rate; the same clip may be rendered in more
pixels or frames. An interrupted run is resumed where it stopped.
"""

import os
from argparse import ArgumentParser, Namespace
from functools import partial
from pathlib import Path

import mmaction_vt.utils.program_start  # noqa: F401

import numpy as np
from encoding import write_frames
from people.humanoid import ACTIONS, data_folder
from people.render import render
from rendered_clips import check_arguments, prepare_folder, write_clips

from mmaction_vt.cli import add_overwrite_option, run
from mmaction_vt.errors import InputError
from mmaction_vt.utils.files import atomic_path
from mmaction_vt.utils.option_types import even, integer, num_processes, positive, positive_frame_rate, seed
from mmaction_vt.utils.outputs import check_output_folder

FORMAT = 2  # increased if the same arguments produce other clips
QUALITY = 20  # CRF of libx264
MIN_SIZE = 32


def path_of(split: str, index: int) -> str:
    """Path of a clip below the data set's folder."""
    return f'{split}/{ACTIONS[index % len(ACTIONS)]}/{index:06d}.mp4'


def write_sample(
    sample: tuple[str, int], folder: Path, seed: int, size: int, frames: int, rate: float, masks: bool
) -> None:
    """Render and write a clip, given as split and index, unless its files exist."""
    video = folder / path_of(*sample)
    truth = (folder / 'masks' / path_of(*sample)).with_suffix('.npz')
    if video.exists() and (truth.exists() or not masks):
        return
    clip = render(seed, *sample, size, frames, rate)
    if masks:
        with atomic_path(truth) as part, part.open('wb') as file:
            np.savez_compressed(file, masks=clip.masks, joints=clip.joints.astype(np.float32))
    write_frames(clip.frames, video, rate, QUALITY)


def make_dataset(
    out_dir: str | Path,
    train: int = 3900,
    val: int = 240,
    size: int = 96,
    frames: int = 16,
    rate: float = 8,
    seed: int = 0,
    masks: bool = False,
    workers: int | None = None,
    overwrite: bool = False,
) -> bool:
    """Write the data set, or the missing part of it.

    Args:
        out_dir: Folder of the data set.
        train: Number of training clips.
        val: Number of validation clips.
        size: Side of the square frames in pixels, an even number.
        frames: Frames of a clip.
        rate: Frames per second.
        seed: Seed of all clips.
        masks: Whether to write the person's masks and joints, too, to ``masks/SPLIT/CLASS/INDEX.npz``.
        workers: Number of processes. Default: the number of CPUs.
        overwrite: Whether to replace a data set with other arguments.

    Returns:
        False if the data set was complete already, with the same arguments.

    Raises:
        InputError: If an argument is out of range, the folder has other content, or pybullet is not installed.
    """
    workers = (os.cpu_count() or 1) if workers is None else workers
    at_least = dict(train=(train, 1), val=(val, 1), size=(size, MIN_SIZE), frames=(frames, 2), rate=(rate, 1))
    check_arguments(dict(at_least, seed=(seed, 0), workers=(workers, 1)), size)
    data_folder()

    folder = Path(out_dir)
    options = dict(size=size, frames=frames, rate=rate, seed=seed, masks=masks)
    meta = dict(data_set='people', format=FORMAT, train=train, val=val, **options)
    try:
        if prepare_folder(folder, meta, overwrite):
            return False
    except FileExistsError as error:
        raise InputError(str(error)) from error
    write = partial(write_sample, folder=folder, **options)
    write_clips(folder, 'people', ACTIONS, dict(train=train, val=val), path_of, write, workers)
    return True


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('out_dir', type=Path, help='folder of the data set')
    parser.add_argument('--train', type=positive, default=3900, help='training clips (default: %(default)s)')
    parser.add_argument('--val', type=positive, default=240, help='validation clips (default: %(default)s)')
    parser.add_argument('--size', type=even, default=96, help='side of the frames in pixels (default: %(default)s)')
    parser.add_argument('--frames', type=integer(2), default=16, help='frames of a clip (default: %(default)s)')
    parser.add_argument(
        '--rate', type=positive_frame_rate, default=8.0, help='frames per second (default: %(default)s)'
    )
    parser.add_argument('--seed', type=seed, default=0, help='seed of all clips (default: %(default)s)')
    parser.add_argument('--masks', action='store_true', help="write the person's masks and joints, too")
    parser.add_argument('--workers', type=num_processes, help='processes (default: number of CPUs)')
    add_overwrite_option(parser, 'a data set with other arguments')
    return parser


def main(args: Namespace) -> None:
    check_output_folder(args.out_dir, 'OUT_DIR')
    options = {key: value for key, value in vars(args).items() if key in make_dataset.__annotations__}
    written = make_dataset(**options)
    print(f'{args.out_dir}: {args.train} + {args.val} clips' if written else f'{args.out_dir}: complete already')


if __name__ == '__main__':
    run(main, build_parser())
