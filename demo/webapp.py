"""A web demo of a model: ``python demo/webapp.py CONFIG CHECKPOINT``, then open the address that it prints.

Choose a video to see the five best classes as bars, and a clip with an activation map of the best one; a second tab
draws the same clip by any method that the model supports. By default, the page is served to this machine only
(``--host``). Uploads are deleted as soon as they are processed, and nothing is loaded from or sent to anywhere else.
"""

import importlib.util
import math
import os
import signal
import socket
import sys
import tempfile
import threading
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import mmaction_vt.utils.program_start  # noqa: F401

import torch
from web_address import Hosts, bind, is_loopback, listen, url_of
from web_answer import MEGABYTE, Answer, Limits, answer, draw_again, show
from web_clips import Clips, Seen
from web_example import Example, answer_once, find_example
from web_files import keep_clean
from web_live import LiveSessions
from web_uploads import Uploads

from mmaction_vt import StreamRecognizer, VideoInferencer
from mmaction_vt.apis import WindowPrediction
from mmaction_vt.cli import (
    add_decision_options,
    add_device_option,
    add_label_option,
    add_model_arguments,
    read_config,
    read_decisions,
    read_labels,
    run,
)
from mmaction_vt.errors import InputError
from mmaction_vt.utils.option_types import integer
from mmaction_vt.visualization.explain.methods import METHODS, TRAJECTORY, supported_methods

TITLE = 'What happens in this video?'
LONGEST_TITLE = 100  # characters
DECODE_SECONDS = 120  # for a video: others wait for it


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Serve a web page that recognises actions in videos.')
    add_model_arguments(parser)
    add_label_option(parser)
    parser.add_argument('--title', default=TITLE, help='title of the page (default: %(default)s)')
    parser.add_argument(
        '--example',
        metavar='VIDEO',
        help='video that visitors can try with one click (default: a rendered one if the classes are moving shapes)',
    )
    parser.add_argument(
        '--method',
        choices=(*METHODS, TRAJECTORY),
        default='gradcam',
        help='visualisation beside the prediction (default: %(default)s)',
    )
    parser.add_argument(
        '--host', default='127.0.0.1', help='0.0.0.0 to serve other machines too (default: %(default)s)'
    )
    parser.add_argument(
        '--allowed-host',
        action='append',
        default=[],
        metavar='NAME',
        help='name under which a reverse proxy on this machine serves the page; may be given several times',
    )
    parser.add_argument('--port', type=integer(), default=7860, help='(default: %(default)s)')
    parser.add_argument('--live', action='store_true', help="a tab for the visitor's camera")
    parser.add_argument('--max-size', type=float, default=50, metavar='MB', help='(default: %(default)s)')
    parser.add_argument('--max-seconds', type=float, default=60, metavar='S', help='(default: %(default)s)')
    add_decision_options(parser)
    add_device_option(parser)
    parser.add_argument('--one-view', action='store_true', help='process the middle view only: faster, less accurate')
    return parser


def check(args: Namespace) -> None:
    """Check options before anything is loaded.

    Raises:
        InputError: If a limit, the title or the port is invalid, or Gradio is not installed.
    """
    limits = (args.max_size, args.max_seconds)
    if not all(limit > 0 and math.isfinite(limit) for limit in limits):
        raise InputError(
            f'--max-size and --max-seconds must be positive, not {args.max_size:g} and {args.max_seconds:g}'
        )
    if not args.title.strip() or len(args.title) > LONGEST_TITLE or not args.title.isprintable():
        raise InputError(f'--title must be 1 to {LONGEST_TITLE} characters in one line, not {args.title!r}')
    if not 0 < args.port < 65536:
        raise InputError(f'--port must be in 1 to 65535, not {args.port}')
    if importlib.util.find_spec('gradio') is None:
        raise InputError("the web page needs Gradio, which is not installed: pip install 'mmaction_vt[web]'")


def set_up_gradio(folder: Path) -> None:
    """Before Gradio is imported: set its upload folder, disable telemetry, and remove settings of the environment."""
    for name in [name for name in os.environ if name.startswith('GRADIO_')]:
        del os.environ[name]
    os.environ.update(GRADIO_TEMP_DIR=str(folder), GRADIO_ANALYTICS_ENABLED='False', HF_HUB_DISABLE_TELEMETRY='1')
    tempfile.tempdir = str(folder)


def describe_device(device: torch.device) -> str:
    """The device of the model, for the page."""
    return f'{device} ({torch.cuda.get_device_name(device)})' if device.type == 'cuda' else str(device)


def main(args: Namespace) -> None:
    check(args)
    labels = [read_labels(path) for path in args.label_file or ()]
    config = read_config(args.config, args.cfg_options)
    bound = bind(args.host, args.port)
    hosts = Hosts(args.host, bound.getsockname()[0], args.allowed_host)
    decisions = read_decisions(args)
    infer = VideoInferencer(config, args.checkpoint, args.device, labels, one_view=args.one_view, **decisions)
    infer.timeout = min(infer.timeout or DECODE_SECONDS, DECODE_SECONDS)
    example = find_example(args.example, infer, Limits(args.max_size, args.max_seconds))
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with tempfile.TemporaryDirectory(prefix='mmaction_vt_', ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        set_up_gradio(folder)
        with bound:
            serve(args, infer, example, folder, bound, hosts, stop)


def one_at_a_time(function: Callable[..., Any], lock: AbstractContextManager) -> Callable[..., Any]:
    """A function that holds a lock."""

    def held(*args: Any) -> Any:
        with lock:
            return function(*args)

    return held


def live_sessions(infer: VideoInferencer, one_view: bool) -> tuple[LiveSessions, threading.Lock]:
    """The cameras of visitors, and the lock of the model, which they share with the rest of the page."""
    model = threading.Lock()

    def recognizer() -> StreamRecognizer:
        return StreamRecognizer(infer.model, one_view=one_view)

    def show_window(window: WindowPrediction) -> str:
        return show(infer, window.prediction, 'Now', '')

    recognizer()  # whose errors are those of the model's pipeline
    return LiveSessions(recognizer, show_window, model), model


def serve(
    args: Namespace,
    infer: VideoInferencer,
    example: Example | None,
    folder: Path,
    bound: socket.socket,
    hosts: Hosts,
    stop: threading.Event,
) -> None:
    """Serve the page until stopped.

    Raises:
        InputError: If another process took the port in the meantime.
        RuntimeError: If the server ends by itself.
    """
    from web_functions import Functions, Work  # imports Gradio
    from web_gate import Gate, Offer
    from web_page import Texts, as_app, build_page, functions_of
    from web_rates import Rates
    from web_serving import Server

    limits = Limits(args.max_size, args.max_seconds)
    uploads, clips = Uploads(folder, round(limits.megabytes * MEGABYTE)), Clips()

    def look(path: str, name: str) -> Answer:
        return answer(infer, path, name, args.method, limits)

    def redraw(seen: Seen, method: str) -> str:
        return draw_again(infer, seen, method)

    methods = supported_methods(infer.model)
    sessions, model = live_sessions(infer, args.one_view) if args.live else (None, nullcontext())
    look, redraw = one_at_a_time(look, model), one_at_a_time(redraw, model)
    work = Work(look, answer_once(example, look), redraw, methods)
    name = f'{infer.name} on {describe_device(infer.device)}'
    texts = Texts(args.title, name, limits, example and example.name, args.live)
    page = build_page(Functions(work, uploads, clips), texts)
    offer = Offer(functions_of(page), methods, example and (example.content, example.kind))
    app = as_app(page, limits, args.live)
    gate = Gate(app, hosts, uploads, clips, Rates(), offer, f'page_{args.port}', sessions)
    server = Server(gate, bound, hosts.behind_proxy)
    listen(bound)
    server.start(ended=stop.set)
    threading.Thread(target=keep_clean, args=(uploads, clips, stop), daemon=True).start()
    if sessions is not None:
        threading.Thread(target=sessions.run, args=(stop,), name='live', daemon=True).start()
    if not is_loopback(bound.getsockname()[0]):
        print(f'Anyone who can reach {args.host} can use this page: there is no password', file=sys.stderr)
    print(f'Open {url_of(bound)} (Ctrl-C to stop)', flush=True)
    stop.wait()
    server.stop()
    if server.failed:
        raise RuntimeError('the server of the page ended by itself')


if __name__ == '__main__':
    run(main, build_parser())
