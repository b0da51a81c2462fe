"""See where a model looks: ``python demo/demo_gradcam.py CONFIG CHECKPOINT VIDEO --out-filename F.gif``.

The video is read by the config's test pipeline, and one of its views is drawn as the model saw it, with a map of what
speaks for a class. The name of F decides what is written: a ``.gif`` that loops, an ``.mp4``, or a ``.png`` with the
frames side by side.
"""

from argparse import ArgumentParser, Namespace
from pathlib import Path

import numpy as np
from mmengine.registry import init_default_scope
from PIL import Image
from rich.console import Console

from mmaction_vt import init_recognizer
from mmaction_vt.errors import InputError
from mmaction_vt.programs import add_checkpoint_options, add_config_options, read_config, read_labels, run
from mmaction_vt.visualization import activation_maps, contact_sheet, draw_overlay, draw_predictions, write_clip
from mmaction_vt.visualization.activation_maps import METHODS
from mmaction_vt.visualization.clips import CLIP_SUFFIXES, check_clip_name
from mmaction_vt.visualization.layers import default_layer
from mmaction_vt.visualization.model_input import as_frames, pick_view, prepare, read_views


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Draw what in a video speaks for a class.')
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', help='checkpoint of any layout; "none" for random weights')
    parser.add_argument('video', help='video file, or with --use-frames a folder of frames')
    parser.add_argument('--out-filename', required=True, metavar='F', help='.gif, .mp4 or .png to write')
    parser.add_argument('--method', default='gradcam', help=f'one of {", ".join(METHODS)} (default: %(default)s)')
    parser.add_argument('--target-layer-name', help='such as backbone/blocks/3/3 (default: the last block)')
    parser.add_argument('--target-category', help='class, by its number or name (default: the one with the best score)')
    parser.add_argument('--label-file', help='class names, one a line')
    parser.add_argument('--view', type=int, help='which view of the test pipeline, from 0 (default: the middle)')
    parser.add_argument('--fps', type=float, default=8, help='frames per second of the result (default: %(default)s)')
    parser.add_argument('--target-resolution', type=int, metavar='W', help='width of a frame (default: 256)')
    parser.add_argument('--colormap', default='viridis', help="one of matplotlib's (default: %(default)s)")
    parser.add_argument('--alpha', type=float, default=0.6, help='share of the map, 0 to 1 (default: %(default)s)')
    parser.add_argument('--beside', action='store_true', help='put the frames alone to the left')
    parser.add_argument('--use-frames', action='store_true', help='VIDEO is a folder of frames')
    parser.add_argument('--device', default='cpu', help='such as cuda:0 (default: %(default)s)')
    add_config_options(parser)
    add_checkpoint_options(parser)
    return parser


def check(args: Namespace) -> None:
    """Refuse what cannot work before anything is loaded.

    Raises:
        InputError: If the method, the output's format or the video are not there.
    """
    if args.method not in METHODS:
        raise InputError(f'there is no method {args.method}: {", ".join(METHODS)} are there')
    if Path(args.out_filename).suffix.lower() != '.png':
        try:
            check_clip_name(args.out_filename)
        except InputError:
            endings = ', '.join((*CLIP_SUFFIXES, '.png'))
            raise InputError(f'--out-filename {args.out_filename} ends in none of {endings}') from None
    if args.fps <= 0:
        raise InputError(f'--fps is above 0, not {args.fps}')
    found = Path(args.video).is_dir() if args.use_frames else Path(args.video).is_file()
    if not found:
        kind = 'folder of frames' if args.use_frames else 'video'
        raise InputError(f'{kind} {args.video} does not exist')


def read_category(text: str | None, labels: list[str] | None) -> int | None:
    """The number of a class given by number or by name.

    Raises:
        InputError: If it is a name, and no labels are given or it is none of them.
    """
    if text is None or text.lstrip('-').isdecimal():
        return None if text is None else int(text)
    if labels is None or text not in labels:
        known = 'give --label-file' if labels is None else f'the label file has {", ".join(labels[:5])} ...'
        raise InputError(f'--target-category {text!r} is not a class: {known}')
    return labels.index(text)


def main(args: Namespace) -> None:
    check(args)
    labels = read_labels(args.label_file)
    category = read_category(args.target_category, labels)
    config = read_config(args.config, args.cfg_options)
    checkpoint = None if args.checkpoint == 'none' else args.checkpoint
    model = init_recognizer(config, checkpoint, args.device, new_classifier=False)
    init_default_scope(config.get('default_scope', 'mmaction'))
    view = pick_view(read_views(config, args.video), args.view)

    layer = args.target_layer_name or default_layer(model)
    maps, scores, categories = activation_maps(model, prepare(model, view), args.method, layer, category)
    chosen = int(categories[0])
    if labels and len(labels) != scores.shape[1]:
        raise InputError(f'{args.label_file} names {len(labels)} classes, and the model tells {scores.shape[1]} apart')
    probability = scores.float().softmax(1)[0, chosen].item()
    name = labels[chosen] if labels else f'class {chosen}'

    frames = draw_overlay(as_frames(view), maps[0].cpu().numpy(), args.colormap, args.alpha, args.beside)
    width = (args.target_resolution or 256) * (2 if args.beside else 1)
    if Path(args.out_filename).suffix.lower() == '.png':
        Path(args.out_filename).parent.mkdir(parents=True, exist_ok=True)
        sheet = contact_sheet(np.stack([resize(frame, width) for frame in frames]))
        Image.fromarray(draw_predictions(sheet[None], [name], [probability], sheet.shape[1])[0]).save(args.out_filename)
    else:
        write_clip(args.out_filename, draw_predictions(frames, [name], [probability], width), args.fps)
    console = Console(soft_wrap=True)
    console.print(f'{name}: {100 * probability:.1f} %; {args.method} at {layer}')
    console.print(f'Wrote {args.out_filename}')


def resize(frame: np.ndarray, width: int) -> np.ndarray:
    height = round(frame.shape[0] * width / frame.shape[1])
    return np.asarray(Image.fromarray(frame).resize((width, height), Image.Resampling.BICUBIC))


if __name__ == '__main__':
    run(main, build_parser())
