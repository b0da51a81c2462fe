"""Draw a teacher's token labels of a video: ``draw_token_labels.py CONFIG CHECKPOINT VIDEO --out-filename F.gif``.

CONFIG and CHECKPOINT are a teacher's: any recognizer whose backbone can return a feature map.
"""

from argparse import ArgumentParser, Namespace
from pathlib import Path

import mmaction_vt.utils.program_start  # noqa: F401

import torch
from mmengine.registry import init_default_scope
from rich.console import Console

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
from mmaction_vt.errors import InputError
from mmaction_vt.models.heads import CLASS
from mmaction_vt.models.recognizers import FrozenTeacher
from mmaction_vt.utils.option_types import frame_rate, integer, non_negative
from mmaction_vt.utils.outputs import check_output
from mmaction_vt.visualization import contact_sheet, write_clip
from mmaction_vt.visualization.draw.clips import check_picture_name, write_picture
from mmaction_vt.visualization.draw.token_labels import draw_token_labels
from mmaction_vt.visualization.explain.model_input import as_frames, pick_view, prepare, read_views


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Draw the token labels of a teacher for a video.')
    add_model_arguments(parser)
    parser.add_argument('video', help='video file')
    parser.add_argument('--out-filename', required=True, metavar='F', help='.gif, .mp4 or .png to write')
    add_overwrite_option(parser)
    add_label_option(parser)
    parser.add_argument('--view', type=non_negative, help='view of the test pipeline, from 0 (default: the middle one)')
    parser.add_argument(
        '--fps', type=frame_rate, default=8, help='frames per second of the result (default: %(default)s)'
    )
    parser.add_argument(
        '--target-resolution', type=integer(16, 8192), default=256, help='width of a frame (default: %(default)s)'
    )
    add_device_option(parser)
    return parser


def main(args: Namespace) -> None:
    check_picture_name(args.out_filename)
    inputs = [args.config, args.checkpoint, args.video, *(args.label_file or ())]
    check_output(args.out_filename, '--out-filename', args.overwrite, inputs)
    check_video(args.video)
    if args.fps <= 0:
        raise InputError(f'--fps must be positive, not {args.fps}')
    labels = [read_labels(path) for path in args.label_file or ()]
    config = read_config(args.config, args.cfg_options)
    init_default_scope(config.get('default_scope', 'mmaction'))
    teacher = FrozenTeacher(config, args.checkpoint)
    teacher.model.to(args.device or default_device())
    names = (names_for(teacher.model, config, labels) or {}).get(CLASS)
    names = names or [f'class {index}' for index in range(teacher.num_classes)]

    view = pick_view(read_views(config, args.video), args.view)
    with torch.no_grad():
        probabilities, classes = teacher.token_logits(prepare(teacher.model, view)).softmax(-1)[0].max(-1)
    frames = draw_token_labels(
        as_frames(view), classes.cpu().numpy(), probabilities.cpu().numpy(), names, args.target_resolution
    )
    if Path(args.out_filename).suffix.lower() == '.png':
        write_picture(args.out_filename, contact_sheet(frames, columns=2, most=4))
    else:
        write_clip(args.out_filename, frames, args.fps)
    Console(soft_wrap=True, markup=False).print(f'Wrote {args.out_filename}')


if __name__ == '__main__':
    run(main, build_parser())
