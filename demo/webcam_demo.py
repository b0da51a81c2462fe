"""Recognise actions in a camera, a network stream or a file: ``python demo/webcam_demo.py MODEL CHECKPOINT 0``.

The newest window is scored always: a model that is slower than the camera skips windows and does not fall behind.
"""

import json
import logging
import os
import sys
import threading
from argparse import ArgumentParser, Namespace
from functools import partial
from typing import Any

import mmaction_vt.utils.program_start  # noqa: F401

from mmengine.logging import MMLogger
from rich.console import Console

from mmaction_vt import StreamRecognizer
from mmaction_vt.apis import default_device, init_recognizer
from mmaction_vt.cli import (
    add_device_option,
    add_label_option,
    add_model_arguments,
    add_overwrite_option,
    read_config,
    read_labels,
    run,
)
from mmaction_vt.errors import InputError, doing
from mmaction_vt.live import Camera, Live, LivePrediction, Reconnecting, Source, VideoFile, source_of
from mmaction_vt.live.drawing import Drawing
from mmaction_vt.live.picture import Row
from mmaction_vt.live.screens import Recording, Screen, Window
from mmaction_vt.streaming import DEFAULT_FPS
from mmaction_vt.utils.option_types import integer, number, positive, positive_frame_rate
from mmaction_vt.utils.outputs import check_output, output_path


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Recognise actions in a camera, a stream or a file played as if live.')
    add_model_arguments(parser)
    parser.add_argument(
        'source',
        nargs='?',
        help='number of a camera, rtsp:// or http:// address of a stream, or a video file (default: --camera-id)',
    )
    add_label_option(parser)
    parser.add_argument(
        '--camera-id', type=integer(0, 63), default=0, metavar='N', help='number of the camera (default: %(default)s)'
    )
    parser.add_argument('--headless', action='store_true', help='print a JSON object for each window, draw nothing')
    parser.add_argument('--out-filename', metavar='F', help='.mp4 to write the annotated stream to, without a window')
    add_overwrite_option(parser)
    parser.add_argument(
        '--realtime',
        action='store_true',
        help='play a file, or a file on a web server, at the pace of its time stamps; without it, and with --headless, '
        'a file is read as fast as the model is and each window is scored',
    )
    _add_window_options(parser)
    _add_stream_options(parser)
    add_device_option(parser)
    return parser


def _add_window_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        '--window', type=positive, metavar='N', help="frames of a window (default: what the model's clip spans)"
    )
    parser.add_argument(
        '--stride', type=positive, metavar='N', help='frames from one window to the next (default: half a window)'
    )
    parser.add_argument(
        '--average-size', type=positive, default=1, metavar='N', help='latest windows to average (default: %(default)s)'
    )
    parser.add_argument(
        '--threshold', type=number(0, 1), default=0.01, help='least score of a label (default: %(default)s)'
    )
    parser.add_argument('--top-k', type=positive, default=5, help='number of labels (default: %(default)s)')
    parser.add_argument('--one-view', action='store_true', help='score the middle view only: faster, less accurate')


def _add_stream_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        '--fps',
        type=positive_frame_rate,
        help=f"frames per second that the model gets (default: the source's; {DEFAULT_FPS:g} if unknown)",
    )
    parser.add_argument(
        '--inference-fps', type=number(0, 1000), default=4, help='most windows per second, 0 for no limit (default: 4)'
    )
    parser.add_argument(
        '--drawing-fps', type=positive_frame_rate, default=20, help='most pictures per second (default: 20)'
    )
    parser.add_argument(
        '--max-retries', type=integer(0), default=5, metavar='N', help='attempts to connect again (default: 5)'
    )
    parser.add_argument(
        '--timeout', type=number(0.1, 3600), default=10, metavar='S', help='seconds of silence allowed (default: 10)'
    )


def find_source(args: Namespace) -> Source:
    """The source that was given; where mmaction2's program takes a file of labels, it is one.

    Raises:
        InputError: If it is none.
    """
    text = str(args.camera_id) if args.source is None else args.source
    if text.endswith('.txt') and '://' not in text:
        print(f'{text} is taken for --label-file, and the camera for --camera-id', file=sys.stderr)
        args.label_file = [*(args.label_file or ()), text]
        return Camera(args.camera_id)
    source = source_of(text, args.timeout, ends=args.realtime)
    if args.realtime and isinstance(source, Camera):
        raise InputError(f'--realtime is for files and addresses: {source.name} is live')
    return source


def rows_of(latest: LivePrediction, args: Namespace) -> list[Row]:
    """The labels of a prediction that reach the threshold."""
    rows = latest.window.prediction.answer(args.top_k)
    return [(label, score) for label, score in rows if score is None or score >= args.threshold]


def as_line(latest: LivePrediction, args: Namespace) -> str:
    """A prediction as a line of JSON."""
    found = latest.to_dict(args.top_k)
    for task in latest.window.scores:
        found[task] = [guess for guess in found[task] if guess['score'] >= args.threshold]
    return json.dumps(found)


def record(args: Namespace, live: Live) -> None:
    """Write the annotated stream; Ctrl-C and signals end the video, which is kept.

    Raises:
        InputError: If it cannot be written, or the stream fails.
        KeyboardInterrupt: Once the video is complete.
    """
    interrupt = None
    with output_path(args.out_filename) as part:
        recording = Recording(part, args.drawing_fps)
        try:
            draw(args, live, recording)
        except KeyboardInterrupt as error:
            if recording.last < 0:
                raise
            interrupt = error
        finally:
            recording.close()
    if interrupt is not None:
        raise interrupt


def draw(args: Namespace, live: Live, screen: Screen) -> None:
    """Draw until the stream ends or the screen is closed."""
    Drawing(live, screen, args.drawing_fps, partial(rows_of, args=args), args.top_k).run()


def log_to_standard_error() -> None:
    """Leave the standard output to the lines of JSON."""
    for handler in MMLogger.get_current_instance().handlers:
        if isinstance(handler, logging.StreamHandler) and handler.stream is sys.stdout:
            handler.setStream(sys.stderr)


def load(args: Namespace, source: Source, steps: Console) -> tuple[StreamRecognizer, Reconnecting]:
    """The model, and the source, which is opened once the model is loaded."""
    log_to_standard_error()
    labels = [read_labels(path) for path in args.label_file or ()]
    with steps.status('loading the model'):
        config, device = read_config(args.config, args.cfg_options), args.device or default_device()
        model = init_recognizer(config, args.checkpoint, device, new_classifier=False)
    frames = Reconnecting(source, args.max_retries, partial(print, file=sys.stderr, flush=True), threading.Event().wait)
    with doing(f'opening {source.name}'):
        frames.start()
    fps = args.fps or frames.fps or DEFAULT_FPS
    sizes: dict[str, Any] = dict(window=args.window, stride=args.stride, fps=fps, one_view=args.one_view)
    return StreamRecognizer(model, labels=labels or None, **sizes), frames


def main(args: Namespace) -> None:
    if args.out_filename is not None:
        inputs = [args.config, args.checkpoint, args.source, *(args.label_file or ())]
        check_output(args.out_filename, '--out-filename', args.overwrite, inputs, ('.mp4',))
    if args.headless and args.out_filename is not None:
        raise InputError('--headless draws nothing: omit it to write --out-filename')
    source = find_source(args)
    is_file = isinstance(source, VideoFile)
    window = None if args.headless or args.out_filename else Window()
    recognizer, frames = load(args, source, Console(stderr=True))
    print(f'{recognizer} of {source.name} at {recognizer.fps:g} frames per second', file=sys.stderr, flush=True)
    live = Live(
        frames,
        recognizer,
        live=not (is_file and args.headless and not args.realtime),
        paced=args.realtime or (is_file and not args.headless),
        average=args.average_size,
        most_per_second=args.inference_fps,
    )
    frames.wait = live.stop.wait
    live.start()
    try:
        if window is not None:
            draw(args, live, window)
        elif args.out_filename is not None:
            record(args, live)
        else:
            print_lines(args, live)
    finally:
        live.close()
        if window is not None:
            window.close()


def print_lines(args: Namespace, live: Live) -> None:
    """Print a line of JSON for each prediction, until the stream or the program that reads the lines ends."""
    try:
        while (found := live.take()) is not None:
            for latest in found:
                print(as_line(latest, args), flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == '__main__':
    run(main, build_parser())
