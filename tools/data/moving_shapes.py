"""Write a small data set of moving shapes as H.264 videos: eight classes that differ only in the order of frames.

The classes are four pairs: left and right, up and down, growing and shrinking, clockwise and counter-clockwise. Clips
of one class of a pair are clips of the other played backwards, from the same distribution. Hence a frame, or a set of
frames without order, only identifies the pair: a model that is invariant to order reaches 50 %. Every frame is
intra-coded with the same quantiser, so that compression does not reveal the order.

    python tools/data/moving_shapes.py data/moving_shapes

writes ``train/CLASS/INDEX.mp4`` and ``val/CLASS/INDEX.mp4``, the lists ``train.txt`` and ``val.txt`` (a path and a
label per line), the names of the classes in ``labels.txt`` and the arguments in ``meta.json``. Sample ``index`` of
a split depends only on the seed, the split and the index. An interrupted run is resumed where it stopped.

    python tools/data/moving_shapes.py data/two_shapes --objects 2

writes clips of two objects that move on their own, ``train/INDEX.mp4``, and lists with the labels of both (one label if
they do the same).
"""

import math
import os
import sys
from argparse import ArgumentParser, Namespace
from functools import partial
from pathlib import Path

import mmaction_vt.utils.program_start  # noqa: F401

import av
import cv2
import numpy as np
from numpy.random import Generator
from rendered_clips import SPLITS, check_arguments, prepare_folder, write_clips

from mmaction_vt.cli import run
from mmaction_vt.errors import InputError
from mmaction_vt.utils.files import atomic_path
from mmaction_vt.utils.option_types import integer
from mmaction_vt.utils.outputs import check_output_folder

CLASSES = ('left', 'right', 'up', 'down', 'growing', 'shrinking', 'clockwise', 'counter-clockwise')
FORMAT = 1  # increased if the same arguments produce other clips

SUPERSAMPLING = 2  # clips are rendered at this scale and downsampled, for smooth edges
LUMA = (0.299, 0.587, 0.114)  # brightness of red, green and blue
DIM, BRIGHT = 100, 160  # objects are brighter than BRIGHT, backgrounds dimmer than DIM, in the mean of their colours
QUANTISER = 22
DRAWS = 12  # paths of a second object, of which one is chosen
RADII = 0.9  # objects closer than this share of the sum of their radii overlap
FORMAT_OF_TWO = 1
MIN_SIZE = 32
MIN_FRAMES = 2


def render(seed: int, split: str, index: int, size: int, frames: int) -> tuple[np.ndarray, np.ndarray, int]:
    """Draw one clip.

    Args:
        seed: Seed of the data set.
        split: ``train`` or ``val``, which have no clips in common.
        index: Number of the clip in its split; the label is ``index % 8``.
        size: Side of the square frames in pixels.
        frames: Number T of frames.

    Returns:
        The clip (T, size, size, 3) as RGB in uint8, the object's mask (T, size, size) in bool, and the label.

    Raises:
        ValueError: If there is no such split.
    """
    rng = generator_of(seed, split, index)
    label = index % len(CLASSES)
    poses = draw_class(rng, label, frames)

    side = SUPERSAMPLING * size
    background, foreground = draw_textures(rng, side)
    shape = draw_shape(rng, side)
    clip = np.empty((frames, size, size, 3), np.uint8)
    mask = np.empty((frames, size, size), bool)
    for t, pose in enumerate(poses):
        frame, cover = add_object(background, foreground, shape, pose)
        clip[t], mask[t] = downsample(frame, size), cover_of(cover, size)
    return clip, mask, label


def generator_of(seed: int, split: str, *numbers: int) -> Generator:
    """The random generator of a clip.

    Raises:
        ValueError: If there is no such split.
    """
    if split not in SPLITS:
        raise ValueError(f'unknown split {split!r}; choose from {", ".join(SPLITS)}')
    return np.random.default_rng([seed, SPLITS.index(split), *numbers])


def draw_class(rng: Generator, label: int, frames: int) -> np.ndarray:
    """Path (T, 4) of an object of a class."""
    poses = draw_poses(rng, pair=label // 2, frames=frames)
    return poses[::-1] if label % 2 else poses


def add_object(
    frame: np.ndarray, texture: np.ndarray, shape: np.ndarray, pose: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """A frame with an object on it, and what of the frame the object covers."""
    side = len(frame)
    x, y, radius, angle = pose
    # The object's texture and shape fill a square of 2 x 2 radii around its centre.
    scale, cos, sin = 2 * radius, math.cos(angle), math.sin(angle)
    linear = scale * np.array([[cos, -sin], [sin, cos]])
    shift = side * (np.array([x, y]) - linear @ (0.5, 0.5))
    matrix = np.column_stack([linear, shift])
    paint = cv2.warpAffine(texture, matrix, (side, side), borderMode=cv2.BORDER_REPLICATE)
    cover = cv2.warpAffine(shape, matrix, (side, side))
    return frame + cover[..., None] * (paint - frame), cover


def downsample(frame: np.ndarray, size: int) -> np.ndarray:
    return np.rint(cv2.resize(frame, (size, size), interpolation=cv2.INTER_AREA)).clip(0, 255)


def cover_of(cover: np.ndarray, size: int) -> np.ndarray:
    return cv2.resize(cover, (size, size), interpolation=cv2.INTER_AREA) > 0.5


def render_two(seed: int, split: str, index: int, size: int, frames: int) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """Draw a clip of two objects, each of which moves on its own.

    Args:
        seed: Seed of the data set.
        split: ``train`` or ``val``.
        index: Number of the clip in its split; its labels are ``labels_of_two(index)``.
        size: Side of the square frames in pixels.
        frames: Number T of frames.

    Returns:
        The clip (T, size, size, 3) as RGB in uint8, the mask of each object (2, T, size, size) in bool, of which the
        second covers the first, and the labels.

    Raises:
        ValueError: If there is no such split.
    """
    rng = generator_of(seed, split, index, 2)
    first, second = classes_of_two(index)
    poses = draw_apart(rng, first, second, frames)
    side = SUPERSAMPLING * size
    background, *textures = *draw_textures(rng, side), draw_textures(rng, side)[1]
    shapes = [draw_shape(rng, side) for _ in textures]
    clip = np.empty((frames, size, size, 3), np.uint8)
    masks = np.empty((len(shapes), frames, size, size), bool)
    for t in range(frames):
        frame = background
        for number, (texture, shape) in enumerate(zip(textures, shapes, strict=True)):
            frame, cover = add_object(frame, texture, shape, poses[number][t])
            masks[number, t] = cover_of(cover, size)
        clip[t] = downsample(frame, size)
    return clip, masks, labels_of_two(index)


def classes_of_two(index: int) -> tuple[int, int]:
    """The classes of both objects: all pairs in turn, every class equally often in each eight clips."""
    first, step = index % len(CLASSES), index // len(CLASSES)
    return first, (first + step) % len(CLASSES)


def labels_of_two(index: int) -> list[int]:
    """The labels of a clip of two objects, in order; one if both do the same."""
    return sorted(set(classes_of_two(index)))


def draw_apart(rng: Generator, first: int, second: int, frames: int) -> tuple[np.ndarray, np.ndarray]:
    """Paths of two objects which overlap little: of some draws those whose closest distance is the largest."""
    one = draw_class(rng, first, frames)
    others = [draw_class(rng, second, frames) for _ in range(DRAWS)]
    gaps = [np.hypot(*(other - one)[:, :2].T) - RADII * (other + one)[:, 2] for other in others]
    return one, others[int(np.argmax([gap.clip(max=0).sum() for gap in gaps]))]


def draw_poses(rng: Generator, pair: int, frames: int) -> np.ndarray:
    """Path of the object for the first class of a pair.

    Lengths are in units of the frame's side, x to the right and y down, so that increasing angles turn clockwise.

    Returns:
        (T, 4): x, y, radius and angle in each frame.
    """
    time = np.linspace(-0.5, 0.5, frames)
    angle = rng.uniform(0, 2 * math.pi) + rng.uniform(-0.5, 0.5) * time
    drift = rng.uniform(-0.06, 0.06, 2)
    if pair in (0, 1):  # left, up
        radius = rng.uniform(0.13, 0.21)
        travel = rng.uniform(0.5, 0.7)
        margin = 0.5 * travel + 0.6 * radius
        along = rng.uniform(margin, 1 - margin) - travel * time
        across = rng.uniform(0.8 * radius, 1 - 0.8 * radius) + drift[0] * time
        radii = radius * np.exp(rng.uniform(-0.15, 0.15) * time)
        x, y = (along, across) if pair == 0 else (across, along)
    elif pair == 2:  # growing
        middle, ratio = rng.uniform(0.17, 0.22), rng.uniform(2.0, 3.2)
        radii = middle * ratio**time
        x, y = rng.uniform(0.3, 0.7, (2, 1)) + drift[:, None] * time
    else:  # clockwise, about a point outside the object's centre
        turn = rng.uniform(0, 2 * math.pi) + rng.uniform(math.radians(140), math.radians(220)) * time
        orbit = rng.uniform(0.26, 0.32)
        pivot = rng.uniform(0.44, 0.56, (2, 1)) + drift[:, None] * time
        x, y = pivot + orbit * np.stack([np.cos(turn), np.sin(turn)])
        angle = angle + turn
        radii = rng.uniform(0.12, 0.18) * np.exp(rng.uniform(-0.15, 0.15) * time)
    return np.stack(np.broadcast_arrays(x, y, radii, angle), axis=1)


def draw_textures(rng: Generator, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Background and object texture, each (side, side, 3) in float32: a bright one on a dim one."""
    colours = rng.uniform(0, 255, (256, 3))
    luma = colours @ LUMA
    dim, bright = colours[luma < DIM][0], colours[luma > BRIGHT][0]
    background = draw_texture(rng, side, two_colours(rng, dim, difference=90))
    return background, draw_texture(rng, side, two_colours(rng, bright, difference=120))


def two_colours(rng: Generator, mean: np.ndarray, difference: float) -> np.ndarray:
    """Two colours (2, 3) with a given mean and a maximum difference."""
    direction = rng.standard_normal(3)
    offset = 0.5 * rng.uniform(0, difference) * direction / np.linalg.norm(direction)
    return np.stack([mean + offset, mean - offset])


def draw_texture(rng: Generator, side: int, colours: np.ndarray) -> np.ndarray:
    """Stripes, checks, a gradient or clouds of two colours (2, 3), with grain."""
    kind = rng.integers(4)
    slope, phase = rng.uniform(0, 2 * math.pi, 2)
    ramp = np.linspace(-0.5, 0.5, side, dtype=np.float32)
    u = math.cos(slope) * ramp + math.sin(slope) * ramp[:, None]
    v = math.cos(slope) * ramp[:, None] - math.sin(slope) * ramp
    period = 2 * math.pi * rng.uniform(2, 6)
    if kind == 0:
        mix = 0.5 + 0.5 * np.sin(period * u + phase)
    elif kind == 1:
        mix = 0.5 + 0.5 * np.tanh(4 * np.sin(period * u + phase) * np.sin(period * v))
    elif kind == 2:
        mix = 0.5 + 0.7 * u
    else:
        cells = int(rng.integers(3, 9))
        mix = cv2.resize(rng.random((cells, cells), np.float32), (side, side), interpolation=cv2.INTER_CUBIC)
    grain = rng.standard_normal((side // 2, side // 2), np.float32)
    grain = rng.uniform(2, 10) * cv2.resize(grain, (side, side))
    first, second = colours.astype(np.float32)
    return (first + mix[..., None] * (second - first) + grain[..., None]).clip(0, 255)


def draw_shape(rng: Generator, side: int) -> np.ndarray:
    """Ellipse, regular polygon, star, blob or ring (side, side) in float32: 1 inside, 0 outside, centred."""
    kind = rng.integers(5)
    turns = np.linspace(0, 2 * math.pi, 60, endpoint=False)
    if kind == 0 or kind == 4:
        radii = np.ones(60)
    elif kind == 1:
        corners = int(rng.integers(3, 7))
        turns = turns[:: 60 // corners][:corners]
        radii = np.ones(corners)
    elif kind == 2:
        points = int(rng.integers(4, 7))
        turns = np.linspace(0, 2 * math.pi, 2 * points, endpoint=False)
        radii = np.where(np.arange(2 * points) % 2, rng.uniform(0.45, 0.65), 1.0)
    else:
        waves = rng.uniform(-1, 1, 3) * (0.5, 0.3, 0.2)
        shifts = rng.uniform(0, 2 * math.pi, 3)
        radii = 1 + sum(wave * np.sin((k + 2) * turns + shifts[k]) for k, wave in enumerate(waves))
        radii = radii / radii.max()
    points = radii[:, None] * np.stack([np.cos(turns), rng.uniform(0.65, 1.0) * np.sin(turns)], axis=1)
    canvas = np.zeros((side, side), np.uint8)
    fill(canvas, points, 255)
    if kind == 4:
        fill(canvas, rng.uniform(0.3, 0.5) * points, 0)
    return canvas.astype(np.float32) / 255


def fill(canvas: np.ndarray, points: np.ndarray, value: int) -> None:
    """Fill a polygon, given in [-1, 1], on a square canvas with smooth edges."""
    bits = 4  # fractional bits of OpenCV's coordinates
    corners = (0.5 + 0.48 * points) * len(canvas) * (1 << bits)
    cv2.fillPoly(canvas, [np.rint(corners).astype(np.int32)], value, lineType=cv2.LINE_AA, shift=bits)


def write_video(clip: np.ndarray, path: Path) -> None:
    """Write (T, H, W, 3) RGB as H.264 in mp4, atomically."""
    with atomic_path(path) as part, av.open(str(part), 'w', format='mp4') as container:
        # Without inter prediction and rate control, a frame's bits do not depend on its position in the clip.
        options = dict(preset='veryfast', qp=str(QUANTISER), g='1', bf='0')
        stream = container.add_stream('libx264', rate=16, options=options)
        stream.height, stream.width = clip.shape[1:3]
        stream.pix_fmt = 'yuv420p'
        stream.codec_context.thread_count = 1
        for image in clip:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format='rgb24')))
        container.mux(stream.encode())


def path_of(split: str, index: int) -> str:
    """Path of a clip below the data set's folder."""
    return f'{split}/{CLASSES[index % len(CLASSES)]}/{index:06d}.mp4'


def path_of_two(split: str, index: int) -> str:
    """Path of a clip of two objects."""
    return f'{split}/{index:06d}.mp4'


def write_sample(sample: tuple[str, int], folder: Path, seed: int, size: int, frames: int, objects: int = 1) -> None:
    """Render and write a clip, given as split and index, unless its file exists."""
    path = folder / (path_of if objects == 1 else path_of_two)(*sample)
    if not path.exists():
        clip, _, _ = (render if objects == 1 else render_two)(seed, *sample, size, frames)
        write_video(clip, path)


def make_dataset(
    out_dir: str | Path,
    train: int = 4000,
    val: int = 800,
    size: int = 64,
    frames: int = 16,
    seed: int = 0,
    workers: int | None = None,
    overwrite: bool = False,
    objects: int = 1,
) -> bool:
    """Write the data set, or the missing part of it.

    Args:
        out_dir: Folder of the data set.
        train: Number of training clips.
        val: Number of validation clips.
        size: Side of the square frames in pixels, an even number.
        frames: Frames of a clip.
        seed: Seed of all clips.
        workers: Number of processes. Default: the number of CPUs.
        overwrite: Whether to replace a data set with other arguments.
        objects: Objects of a clip, 1 or 2.

    Returns:
        False if the data set was complete already, with the same arguments.

    Raises:
        ValueError: If an argument is out of range.
        FileExistsError: If the folder has other content.
    """
    workers = (os.cpu_count() or 1) if workers is None else workers
    at_least = dict(train=(train, 1), val=(val, 1), size=(size, MIN_SIZE), frames=(frames, MIN_FRAMES))
    check_arguments(dict(at_least, seed=(seed, 0), workers=(workers, 1)), size)
    if objects not in (1, 2):
        raise ValueError(f'objects must be 1 or 2, not {objects}')
    folder, options = Path(out_dir), dict(size=size, frames=frames, seed=seed)
    meta = dict(data_set='moving_shapes', format=FORMAT, train=train, val=val, **options)
    if objects == 2:
        meta |= dict(data_set='two_moving_shapes', format=FORMAT_OF_TWO)
    if prepare_folder(folder, meta, overwrite):
        return False
    write = partial(write_sample, folder=folder, objects=objects, **options)
    paths, labels = (path_of, None) if objects == 1 else (path_of_two, labels_of_two)
    write_clips(folder, 'moving shapes', CLASSES, dict(train=train, val=val), paths, write, workers, labels)
    return True


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('out_dir', type=Path, help='folder of the data set')
    parser.add_argument('--train', type=integer(), default=4000, help='training clips (default: %(default)s)')
    parser.add_argument('--val', type=integer(), default=800, help='validation clips (default: %(default)s)')
    parser.add_argument('--size', type=integer(), default=64, help='side in pixels (default: %(default)s)')
    parser.add_argument('--frames', type=integer(), default=16, help='frames of a clip (default: %(default)s)')
    parser.add_argument(
        '--objects', type=integer(), choices=(1, 2), default=1, help='objects of a clip (default: %(default)s)'
    )
    parser.add_argument('--seed', type=integer(), default=0, help='seed of all clips (default: %(default)s)')
    parser.add_argument('--workers', type=integer(high=1024), help='processes (default: number of CPUs)')
    parser.add_argument('--overwrite', action='store_true', help='replace a data set with other arguments')
    return parser


def main(args: Namespace) -> None:
    check_output_folder(args.out_dir, 'OUT_DIR')
    options = {key: value for key, value in vars(args).items() if key in make_dataset.__annotations__}
    try:
        written = make_dataset(**options)
    except (ValueError, FileExistsError) as error:
        raise InputError(str(error)) from error
    except KeyboardInterrupt:
        print('interrupted; run the same command to resume', file=sys.stderr)
        raise
    print(f'{args.out_dir}: {args.train} + {args.val} clips' if written else f'{args.out_dir}: complete already')


if __name__ == '__main__':
    run(main, build_parser())
