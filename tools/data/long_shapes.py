"""Write a long video of moving shapes whose actions, and when they change, are known.

    python tools/data/long_shapes.py data/long_shapes.mp4 --seconds 600

writes the video, and next to it ``data/long_shapes.json`` with the actions: start and end in seconds, label and index
of the class. An action lasts 2 to 8 seconds (the last one up to 10) and consists of validation clips of
``tools/data/moving_shapes.py`` of one class, one a second, each with an object of its own, the last of which is cut
off. The next action is of another class. The files depend on the length, the size and the seed alone.
"""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

import mmaction_vt.utils.program_start  # noqa: F401

import av
import numpy as np
from moving_shapes import CLASSES, MIN_SIZE, QUANTISER, render
from rich.console import Console
from rich.progress import track

from mmaction_vt.cli import add_overwrite_option, run
from mmaction_vt.errors import InputError
from mmaction_vt.utils.files import check_suffix
from mmaction_vt.utils.option_types import even, number, seed
from mmaction_vt.utils.outputs import check_output, output_path, write_output

FPS = CLIP = 16  # frames of a second, and of a clip
SHORTEST, LONGEST = 2, 8  # seconds of an action
CLIPS = 4096  # of each class, from which an action draws
SPLIT = 'val'  # of the clips


def draw_actions(seed: int, num_frames: int) -> list[tuple[int, int, int]]:
    """The actions of a video.

    Args:
        seed: Seed of the video.
        num_frames: Its frames.

    Returns:
        First frame, frame after the last, and class of each action.
    """
    rng = np.random.default_rng([seed, 0])
    actions: list[tuple[int, int, int]] = []
    start, label = 0, int(rng.integers(len(CLASSES)))
    while start < num_frames:
        stop = start + int(rng.integers(SHORTEST * FPS, LONGEST * FPS + 1))
        if num_frames - stop < SHORTEST * FPS:
            stop = num_frames
        actions.append((start, stop, label))
        start = stop
        label = int(label + rng.integers(1, len(CLASSES))) % len(CLASSES)
    return actions


def draw_frames(seed: int, actions: list[tuple[int, int, int]], size: int) -> Iterator[np.ndarray]:
    """The frames (size, size, 3) of a video, one after the other.

    Args:
        seed: Seed of the video.
        actions: Its actions.
        size: Side of a frame in pixels.
    """
    rng = np.random.default_rng([seed, 1])
    for start, stop, label in actions:
        for first in range(start, stop, CLIP):
            index = int(rng.integers(CLIPS)) * len(CLASSES) + label
            yield from render(seed, SPLIT, index, size, CLIP)[0][: stop - first]


def write_video(path: Path, frames: Iterator[np.ndarray], size: int) -> None:
    """Write frames as they are drawn, as H.264."""
    with output_path(path) as part, av.open(str(part), 'w', format='mp4') as container:
        stream = container.add_stream(
            'libx264', rate=FPS, options=dict(preset='veryfast', qp=str(QUANTISER), g=str(CLIP))
        )
        stream.height = stream.width = size
        stream.pix_fmt = 'yuv420p'
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format='rgb24')))
        container.mux(stream.encode())


def truth_of(actions: list[tuple[int, int, int]]) -> str:
    """The segments of a video as JSON."""
    segments = [
        dict(start=start / FPS, end=stop / FPS, label=CLASSES[label], class_index=label)
        for start, stop, label in actions
    ]
    return json.dumps(dict(fps=FPS, num_frames=actions[-1][1], segments=segments), indent=2) + '\n'


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('out', type=Path, help='.mp4 to write; the actions are written next to it as .json')
    parser.add_argument(
        '--seconds', type=number(SHORTEST, 10**6), default=600, help='length of the video (default: %(default)s)'
    )
    parser.add_argument('--size', type=even, default=64, help='side in pixels (default: %(default)s)')
    parser.add_argument('--seed', type=seed, default=0, help='seed of the video (default: %(default)s)')
    add_overwrite_option(parser, 'existing files')
    return parser


def main(args: Namespace) -> None:
    check_suffix('OUT', args.out, ('.mp4',))
    for suffix in ('.mp4', '.json'):
        check_output(args.out.with_suffix(suffix), 'OUT', args.overwrite)
    if args.size < MIN_SIZE:
        raise InputError(f'--size must be at least {MIN_SIZE}, not {args.size}')
    num_frames = round(args.seconds * FPS)
    actions = draw_actions(args.seed, num_frames)
    frames = draw_frames(args.seed, actions, args.size)
    write_video(args.out, track(frames, 'drawing', total=num_frames, console=Console(stderr=True)), args.size)
    write_output(args.out.with_suffix('.json'), truth_of(actions))
    print(f'{args.out}: {num_frames} frames, {len(actions)} actions')


if __name__ == '__main__':
    run(main, build_parser())
