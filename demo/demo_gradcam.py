"""Visualise a model's prediction: ``python demo/demo_gradcam.py CONFIG CHECKPOINT VIDEO --out-filename F.gif``.

The video is read by the config's test pipeline, and one of its views is drawn with a class activation map, an attention
map, or trajectories of points. The suffix of F decides the format: a looping ``.gif``, an ``.mp4``, or a ``.png`` with
the frames side by side.
"""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path

import mmaction_vt.utils.program_start  # noqa: F401

import numpy as np
import torch
from PIL import Image
from rich.console import Console

from mmaction_vt import init_recognizer
from mmaction_vt.apis.model import default_device, names_for
from mmaction_vt.cli import (
    add_device_option,
    add_label_option,
    add_model_arguments,
    add_overwrite_option,
    check_video,
    read_config,
    read_labels,
    run,
)
from mmaction_vt.errors import InputError, check_one_of
from mmaction_vt.models.heads import CLASS
from mmaction_vt.utils.option_types import frame_rate, integer, non_negative, number
from mmaction_vt.utils.outputs import check_output
from mmaction_vt.utils.text_files import parse_digits
from mmaction_vt.visualization import (
    clip_maps,
    contact_sheet,
    draw_overlay,
    draw_paths,
    draw_predictions,
    point_grid,
    write_clip,
)
from mmaction_vt.visualization.draw.clips import check_picture_name, write_picture
from mmaction_vt.visualization.explain.explanation import chosen_class, fit_maps, index_of_class
from mmaction_vt.visualization.explain.methods import METHODS, TRAJECTORY, describe_layer, predict
from mmaction_vt.visualization.explain.model_input import FRAME_WIDTH, prepare, read_view
from mmaction_vt.visualization.explain.trajectories import trajectories

RESAMPLING = {name: Image.Resampling[name.upper()] for name in ('nearest', 'bilinear', 'bicubic', 'lanczos')}


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Draw class activation maps, attention or trajectories for a video.')
    add_model_arguments(parser, random=True)
    parser.add_argument('video', help='video file, or with --use-frames a folder of frames')
    parser.add_argument('--out-filename', required=True, metavar='F', help='.gif, .mp4 or .png to write')
    add_overwrite_option(parser)
    methods = ', '.join((*METHODS, TRAJECTORY))
    parser.add_argument('--method', default='gradcam', help=f'one of {methods} (default: %(default)s)')
    parser.add_argument(
        '--target-layer-name',
        help='such as backbone/blocks/3/3 (default: the last block for attention, else one at a third of the depth)',
    )
    parser.add_argument('--target-category', help='class, by number or name (default: the predicted class)')
    add_label_option(parser)
    parser.add_argument(
        '--head', type=non_negative, help='for attention and trajectory, the head (default: the mean of all)'
    )
    parser.add_argument(
        '--point',
        action='append',
        metavar='X,Y',
        help='for trajectory, a point in pixels of the cropped frame; may be repeated',
    )
    parser.add_argument(
        '--grid',
        type=integer(-1, 200),
        default=6,
        help='for trajectory without points, N x N points (default: %(default)s)',
    )
    parser.add_argument(
        '--frame', type=non_negative, help='for trajectory, the frame of the points (default: the middle one)'
    )
    parser.add_argument('--view', type=non_negative, help='view of the test pipeline, from 0 (default: the middle one)')
    parser.add_argument(
        '--fps', type=frame_rate, help="frames per second of the result (default: those that keep the video's own time)"
    )
    parser.add_argument(
        '--target-resolution',
        type=integer(-1, 8192),
        nargs='+',
        metavar=('W', 'H'),
        help='width, or maximum width and height, of a frame; -1 for any (default: 256)',
    )
    parser.add_argument(
        '--resize-algorithm',
        choices=tuple(RESAMPLING),
        default='bicubic',
        help='interpolation (default: %(default)s)',
    )
    parser.add_argument('--colormap', default='viridis', help='colour map of matplotlib (default: %(default)s)')
    parser.add_argument(
        '--alpha', type=number(0, 1), default=0.6, help='opacity of the map, 0 to 1 (default: %(default)s)'
    )
    parser.add_argument('--beside', action='store_true', help='put the original frames to the left')
    parser.add_argument('--use-frames', action='store_true', help='VIDEO is a folder of frames')
    add_device_option(parser)
    return parser


def check(args: Namespace) -> None:
    """Check options before anything is loaded.

    Raises:
        InputError: If the method or the output's format is not supported, or there is no such video.
    """
    check_one_of('--method', args.method, (*METHODS, TRAJECTORY))
    if args.method != TRAJECTORY and (args.point or args.frame is not None):
        raise InputError(f'--point and --frame are for --method trajectory, not {args.method}')
    if args.grid < 1:
        raise InputError(f'--grid must be at least 1, not {args.grid}')
    check_picture_name(args.out_filename)
    inputs = [args.config, args.checkpoint, args.video, *(args.label_file or ())]
    check_output(args.out_filename, '--out-filename', args.overwrite, inputs)
    sides = args.target_resolution or [FRAME_WIDTH]
    if len(sides) > 2 or max(sides) < 16 or any(side < 16 and side != -1 for side in sides):
        shown = ' '.join(map(str, sides))
        raise InputError(f'--target-resolution must be one or two numbers of at least 16 pixels, not {shown}')
    if args.fps is not None and args.fps <= 0:
        raise InputError(f'--fps must be positive, not {args.fps}')
    if not args.use_frames:
        check_video(args.video)
    elif not Path(args.video).is_dir():
        raise InputError(f'folder of frames {args.video} does not exist')


def read_category(text: str | None) -> int | str | None:
    """A class given by number or name."""
    index = None if text is None else parse_digits(text.removeprefix('-'))
    return text if text is None or index is None else -index if text[0] == '-' else index


def main(args: Namespace) -> None:
    check(args)
    labels = [read_labels(path) for path in args.label_file or ()]
    config = read_config(args.config, args.cfg_options)
    checkpoint = None if args.checkpoint == 'none' else args.checkpoint
    model = init_recognizer(config, checkpoint, args.device or default_device(), new_classifier=False)
    names = (names_for(model, config, labels) or {}).get(CLASS)
    category = index_of_class(read_category(args.target_category), names)
    sides = args.target_resolution or [FRAME_WIDTH]
    shown = read_view(config, args.video, args.view, max(sides))
    args.width = frame_width(sides, shown.frames.shape[1:3])

    clip = prepare(model, shown.clip)
    if args.method == TRAJECTORY:
        scores, categories = predict(model, clip, category)
        frames = draw_trajectories(model, shown.frames, clip, args)
    else:
        maps, scores, categories = clip_maps(model, clip, args.method, args.target_layer_name, category, args.head)
        fine = fit_maps(maps, shown.frames)
        frames = draw_overlay(shown.frames, fine, args.colormap, args.alpha, args.beside)
    name, probability = chosen_class(scores, categories, names)

    width = args.width * (2 if args.beside else 1)
    frames = np.stack([resize(frame, width, args.resize_algorithm) for frame in frames])
    if Path(args.out_filename).suffix.lower() == '.png':
        sheet = contact_sheet(frames)
        write_picture(args.out_filename, draw_predictions(sheet[None], [name], [probability], sheet.shape[1])[0])
    else:
        write_clip(args.out_filename, draw_predictions(frames, [name], [probability], width), args.fps or shown.fps)
    console = Console(soft_wrap=True, markup=False)
    layer = describe_layer(model, args.method, args.target_layer_name)
    console.print(f'{name}: {100 * probability:.1f} %; {args.method}, {layer}')
    console.print(f'Wrote {args.out_filename}')


def draw_trajectories(model: torch.nn.Module, frames: np.ndarray, clip: torch.Tensor, args: Namespace) -> np.ndarray:
    """Frames (T, H, W, 3) with the trajectories of points of a clip; with a single point, also its attention."""
    count, height, width = clip.shape[2:]
    points = read_points(args.point) if args.point else point_grid(args.grid, width, height)
    frame = count // 2 if args.frame is None else args.frame
    paths, maps = trajectories(model, clip, torch.from_numpy(points), frame, args.target_layer_name, args.head)
    shown = frames
    if len(points) == 1:
        shown = draw_overlay(frames, fit_maps(maps, frames), args.colormap, args.alpha)
    drawn = draw_paths(shown, paths.cpu().numpy() * (frames.shape[2] / width), args.width)
    if not args.beside:
        return drawn
    return np.concatenate(
        (np.stack([resize(picture, drawn.shape[2], args.resize_algorithm) for picture in frames]), drawn), axis=2
    )


coordinate = number(-100000, 100000)  # pixels


def read_points(texts: list[str]) -> np.ndarray:
    """Points (points, 2) given as ``X,Y``.

    Raises:
        InputError: If one is not two numbers.
    """
    try:
        points = [[coordinate(part.strip()) for part in text.split(',')] for text in texts]
    except ArgumentTypeError:
        points = []
    if not points or any(len(point) != 2 for point in points):
        raise InputError(f'--point must be two numbers, such as 112,80, not {", ".join(texts)}')
    return np.array(points, np.float32)


def frame_width(sides: list[int], frame: tuple[int, int]) -> int:
    """The width of a frame (height, width), keeping the aspect ratio, for a width or a maximum width and height."""
    height, width = frame
    scales = [side / own for side, own in zip(sides, (width, height), strict=False) if side != -1]
    return round(width * min(scales))


def resize(frame: np.ndarray, width: int, algorithm: str) -> np.ndarray:
    height = round(frame.shape[0] * width / frame.shape[1])
    return np.asarray(Image.fromarray(frame).resize((width, height), RESAMPLING[algorithm]))


if __name__ == '__main__':
    run(main, build_parser())
