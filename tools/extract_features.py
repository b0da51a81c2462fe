"""Extract features from many videos: ``python tools/extract_features.py CONFIG CHECKPOINT INPUT... --out FOLDER``.

INPUT is a video, a folder (with all videos below it) or a list (``.txt``, one path per line; labels are ignored).
FOLDER gets a file for each video as soon as it is done, and ``index.jsonl`` a line with the reason for each that could
not be read. ``--out FILE.h5`` writes one HDF5 file with a group for each video instead. The exit status is 0 if any
video could be read.
"""

import sys
from argparse import ArgumentParser, Namespace

import mmaction_vt.utils.program_start  # noqa: F401

from many_videos import add_inputs, add_output, add_reading_options, find_videos, report, videos_left
from rich.console import Console
from rich.progress import track

from mmaction_vt import FeatureExtractor
from mmaction_vt.cli import (
    add_device_option,
    add_model_arguments,
    add_precision_options,
    read_config,
    run,
)
from mmaction_vt.errors import doing
from mmaction_vt.features import DTYPES, FORMATS, LEVELS, POOLS, VIEWS, FeatureStore, check_place
from mmaction_vt.utils.option_types import positive


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Extract features from many videos.')
    add_model_arguments(parser)
    add_inputs(parser)
    add_output(parser, 'PLACE', 'folder, or .h5 file, to write', 'what was extracted before')
    parser.add_argument(
        '--level',
        choices=LEVELS,
        default=LEVELS[0],
        help='one row per video, per sliding window, or per time step of the token map (default: %(default)s)',
    )
    parser.add_argument('--layer', help="such as backbone/blocks/8 (default: the backbone's output)")
    parser.add_argument(
        '--pool',
        choices=POOLS,
        help='class token, mean over all positions, or the whole map (default: cls; mean at the level of frames)',
    )
    parser.add_argument(
        '--views',
        choices=VIEWS,
        help='average the views of the test pipeline, keep all, or compute the middle one only (default: mean; all for '
        'maps)',
    )
    parser.add_argument('--window', type=positive, help='frames of a window (default: those that a clip spans)')
    parser.add_argument('--stride', type=positive, help='frames between windows (default: --window)')
    parser.add_argument('--dtype', choices=DTYPES, default=DTYPES[0], help='type on disk (default: %(default)s)')
    parser.add_argument('--format', choices=FORMATS, help='format of the files (default: by --out, or safetensors)')
    parser.add_argument(
        '--batch-size', type=positive, default=1, help='videos, or windows, per forward pass (default: %(default)s)'
    )
    add_reading_options(parser, '--num-workers', 'a video, or part of it')
    add_device_option(parser)
    add_precision_options(parser)
    return parser


def build_extractor(args: Namespace) -> FeatureExtractor:
    return FeatureExtractor(
        read_config(args.config, args.cfg_options),
        args.checkpoint,
        args.layer,
        args.pool,
        args.level,
        args.window,
        args.stride,
        args.views,
        args.device,
        args.batch_size,
        args.num_workers,
        args.amp,
        args.precision,
        args.timeout,
    )


def options_of(args: Namespace, extract: FeatureExtractor) -> dict:
    """What every line of the index has about how features were extracted."""
    changed = {'cfg_options': args.cfg_options} if args.cfg_options else {}
    return dict(config=args.config, checkpoint=args.checkpoint, **changed, **extract.options)


def main(args: Namespace) -> None:
    inputs = [*args.inputs, args.config, args.checkpoint]
    check_place(args.out, args.format, args.resume, args.overwrite, inputs)
    videos = find_videos(args)
    with Console(stderr=True).status('loading the model'):
        extract = build_extractor(args)
    options = options_of(args, extract)
    with FeatureStore(args.out, options, args.format, args.dtype, args.resume, args.overwrite) as store:
        left = videos_left(videos, store.done, args.out)
        store.name(left)
        try:
            with doing(f'extracting features from {len(left)} videos'):
                for found in track(extract(left), 'extracting', total=len(left), console=Console(stderr=True)):
                    store.add(found)
        except KeyboardInterrupt:
            print(f'interrupted: {args.out} has the features so far; resume with --resume', file=sys.stderr)
            raise
    said = f'{store.out}: features of {len(store.done)} videos, listed in {store.index}'
    report(store.failed, store.index, said if store.done else None)


if __name__ == '__main__':
    run(main, build_parser())
