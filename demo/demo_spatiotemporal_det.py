"""Say who does what, where, in a video.

    python demo/demo_spatiotemporal_det.py CONFIG CHECKPOINT --video V --boxes F --out-filename O.mp4

CONFIG is an action detector of ``configs/detection``. Boxes come from a file (``--boxes``: CSV, AVA's pickle or COCO's
JSON), or from a detector of torchvision whose weights are given (``--det-weights``). They are followed through the
video by their overlap, and the scores of each are averaged over time. The video is read once, in flat memory.
"""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import mmaction_vt.utils.program_start  # noqa: F401

import numpy as np
from rich.console import Console
from rich.progress import track

from mmaction_vt.apis import default_device
from mmaction_vt.apis.box_sources import DETECTORS, BoxFile, BoxSource, PersonDetector
from mmaction_vt.apis.model import check_device, class_names_of
from mmaction_vt.apis.video_detector import VideoDetector
from mmaction_vt.cli import add_device_option, add_model_arguments, add_overwrite_option, check_video, read_config, run
from mmaction_vt.datasets.boxes.label_maps import read_label_map
from mmaction_vt.errors import InputError, doing
from mmaction_vt.live import source_of
from mmaction_vt.live.addresses import is_address
from mmaction_vt.live.frames import Connection, TimedFrame
from mmaction_vt.utils.files import CLIP_SUFFIXES, check_suffix
from mmaction_vt.utils.option_types import number, positive, positive_frame_rate
from mmaction_vt.utils.outputs import check_output
from mmaction_vt.visualization.draw.boxes import draw_boxes
from mmaction_vt.visualization.draw.clips import write_clip
from mmaction_vt.visualization.draw.video_stream import write_frames

RATE = 25.0  # of a source that does not say its own


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Say who does what, where, in a video.')
    add_model_arguments(parser)
    parser.add_argument(
        '--video', required=True, help='video file, rtsp:// or http:// address of a stream, or number of a camera'
    )
    parser.add_argument('--out-filename', required=True, metavar='F', help='.mp4 or, for short videos, .gif to write')
    add_overwrite_option(parser)
    add_box_options(parser)
    parser.add_argument(
        '--action-score-thr',
        type=number(0, 1),
        default=0.5,
        metavar='S',
        help='least score of a label (default: %(default)s)',
    )
    parser.add_argument('--label-map', metavar='F', help="names of the classes: AVA's .pbtxt, or a name per line")
    parser.add_argument('--top-k', type=positive, default=5, help='most labels of a box (default: %(default)s)')
    parser.add_argument(
        '--predict-stepsize',
        type=positive,
        default=8,
        metavar='N',
        help='predict every N frames (default: %(default)s)',
    )
    parser.add_argument(
        '--output-stepsize', type=positive, default=1, metavar='N', help='write every N-th frame (default: %(default)s)'
    )
    parser.add_argument(
        '--output-fps', type=positive_frame_rate, metavar='F', help='frames per second (default: as in the video)'
    )
    parser.add_argument('--seconds', type=number(0, above=True), metavar='S', help='end after S seconds')
    add_device_option(parser)
    return parser


def add_box_options(parser: ArgumentParser) -> None:
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument(
        '--boxes', metavar='F', help='boxes: .csv (video,time,x1,y1,x2,y2), .pkl of AVA or .json of COCO'
    )
    group.add_argument('--det-weights', metavar='F', help="weights of a torchvision detector, such as COCO's")
    parser.add_argument(
        '--det-model', choices=DETECTORS, default=DETECTORS[0], help='the detector (default: %(default)s)'
    )
    parser.add_argument(
        '--det-score-thr',
        type=number(0, 1),
        default=0.9,
        metavar='S',
        help='least score of a box (default: %(default)s)',
    )


def check_arguments(args: Namespace) -> None:
    """Check inputs and outputs before anything is loaded."""
    check_suffix('--out-filename', args.out_filename, CLIP_SUFFIXES)
    inputs = [args.config, args.checkpoint, args.video, args.boxes, args.det_weights, args.label_map]
    check_output(args.out_filename, '--out-filename', args.overwrite, inputs)
    if args.predict_stepsize % args.output_stepsize:
        raise InputError(
            f'--output-stepsize {args.output_stepsize} must divide --predict-stepsize {args.predict_stepsize}'
        )
    is_live = args.video.isascii() and args.video.isdigit()
    if not (is_live or is_address(args.video)):
        check_video(args.video)
    elif args.seconds is None:
        raise InputError(f'--video {args.video} has no end: give --seconds')


def box_source(args: Namespace, device: str) -> BoxSource:
    if args.boxes is not None:
        return BoxFile(args.boxes, args.video, args.det_score_thr)
    return PersonDetector(args.det_weights, args.det_model, args.det_score_thr, device)


def names_of(args: Namespace, detector: VideoDetector) -> list[str]:
    """The names of the model's classes, or their numbers from 1 where there are none."""
    count = detector.model.cls_head.num_classes
    if args.label_map is not None:
        names = read_label_map(args.label_map)
        if max(names) > count:
            raise InputError(f'{args.label_map} has {max(names)} classes, and the model {count}')
        return [names.get(index + 1, str(index + 1)) for index in range(count)]
    found = class_names_of(detector.model.cfg, detector.model)
    return found['class'] if found else [str(index + 1) for index in range(count)]


def annotated(
    args: Namespace, detector: VideoDetector, names: list[str], connection: Connection, fps: float
) -> Iterator[tuple[float, np.ndarray]]:
    """The frames to write, with their boxes."""
    frames = from_zero(connection.frames())
    if args.seconds is not None:
        frames = takewhile(lambda frame: frame[0] < args.seconds, frames)
    progress = track(detector.run(frames, fps), 'detecting', total=None, console=Console(stderr=True))
    for index, (time, picture, shown) in enumerate(progress):
        if index % args.output_stepsize == 0:
            boxes = [
                (each.track, each.box.tolist(), [(names[label], score) for label, score in each.labels])
                for each in shown
            ]
            when = time if args.output_fps is None else index / args.output_stepsize / args.output_fps
            yield when, draw_boxes(picture, boxes)


def from_zero(frames: Iterator[TimedFrame]) -> Iterator[tuple[float, np.ndarray]]:
    """Times and pictures, of which the first is at 0."""
    start = None
    for frame in frames:
        start = frame.time if start is None else start
        yield frame.time - start, frame.picture


def main(args: Namespace) -> None:
    check_arguments(args)
    device = args.device or str(default_device())
    check_device(device)
    with Console(stderr=True).status('loading the model'):
        config = read_config(args.config, args.cfg_options)
        source = box_source(args, device)
        detector = VideoDetector(
            config, args.checkpoint, source, device, args.predict_stepsize, args.action_score_thr, args.top_k
        )
    names = names_of(args, detector)
    connection = source_of(args.video).open()
    try:
        rate = connection.fps or RATE
        shown = args.output_fps or rate / args.output_stepsize
        with doing(f'detecting actions in {args.video}'):
            frames = annotated(args, detector, names, connection, rate)
            if Path(args.out_filename).suffix.lower() == '.gif':
                write_clip(args.out_filename, np.stack([frame for _, frame in frames]), shown)
            elif not write_frames(args.out_filename, frames, shown):
                raise InputError(f'{args.video} has no frames')
    finally:
        connection.close()
    print(f'Wrote {args.out_filename}', file=sys.stdout)


if __name__ == '__main__':
    run(main, build_parser())
