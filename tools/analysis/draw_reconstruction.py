"""Draw what a masked autoencoder makes of a video: ``draw_reconstruction.py CONFIG CHECKPOINT VIDEO --out-filename F``.

Each frame is drawn three times: as it is, as the model sees it, and as it is reconstructed, with the predictions in
place of what is masked. Of a model that predicts motion the third picture is that of the motion.
"""

from argparse import ArgumentParser, Namespace
from pathlib import Path

import mmaction_vt.utils.program_start  # noqa: F401

import torch
from mmengine.registry import init_default_scope
from rich.console import Console

from mmaction_vt.apis.model import default_device
from mmaction_vt.checkpoints import load_into
from mmaction_vt.cli import (
    add_device_option,
    add_model_arguments,
    add_overwrite_option,
    check_video,
    read_config,
    run,
)
from mmaction_vt.datasets.seeding import seeded
from mmaction_vt.errors import InputError
from mmaction_vt.models import MaskedVideoAutoencoder
from mmaction_vt.registry import MODELS
from mmaction_vt.utils.option_types import frame_rate, integer, non_negative, seed
from mmaction_vt.utils.outputs import check_output
from mmaction_vt.visualization import contact_sheet, write_clip
from mmaction_vt.visualization.draw.clips import check_picture_name, write_picture
from mmaction_vt.visualization.draw.reconstruction import draw_reconstruction
from mmaction_vt.visualization.explain.model_input import as_frames, pick_view, prepare, read_views


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Draw what a masked autoencoder makes of a video.')
    add_model_arguments(parser)
    parser.add_argument('video', help='video file')
    parser.add_argument('--out-filename', required=True, metavar='F', help='.gif, .mp4 or .png to write')
    add_overwrite_option(parser)
    parser.add_argument('--seed', type=seed, default=0, help='seed of the mask (default: %(default)s)')
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
    check_output(args.out_filename, '--out-filename', args.overwrite, [args.config, args.checkpoint, args.video])
    check_video(args.video)
    config = read_config(args.config, args.cfg_options)
    init_default_scope(config.get('default_scope', 'mmaction'))
    model = MODELS.build(config.model)
    if not isinstance(model, MaskedVideoAutoencoder):
        raise InputError(f'{args.config} has a {type(model).__name__}: give a config of configs/pretrain/')
    load_into(model, args.checkpoint)
    model.to(args.device or default_device()).eval()

    view = pick_view(read_views(config, args.video), args.view)
    clips = prepare(model, view)
    with seeded(args.seed):
        keep = model.draw_masks(clips)
    pixels = (255 * model.reconstruct(clips, keep)).round().clamp(0, 255)
    seen = torch.zeros(model.num_patches, dtype=torch.bool)
    seen[keep[0].cpu()] = True
    frames = draw_reconstruction(
        as_frames(view), as_frames(pixels), seen.view(model.grid).numpy(), args.target_resolution, model.target
    )
    if Path(args.out_filename).suffix.lower() == '.png':
        write_picture(args.out_filename, contact_sheet(frames, columns=1, most=4))
    else:
        write_clip(args.out_filename, frames, args.fps)
    Console(soft_wrap=True, markup=False).print(f'Wrote {args.out_filename}')


if __name__ == '__main__':
    run(main, build_parser())
