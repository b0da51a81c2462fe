"""A web demo of a model: ``python demo/webapp.py CONFIG CHECKPOINT``, then open the address that it prints.

Upload a video to see the five best classes as bars, and a clip with an activation map of the best one. By default, the
page is served to this machine only (``--host``). Uploads are deleted as soon as they are processed, and nothing is
loaded from or sent to anywhere else.
"""

import importlib.util
import ipaddress
import os
import signal
import sys
import tempfile
import threading
from argparse import ArgumentParser, Namespace
from pathlib import Path

from web_answer import Limits, answer
from web_files import keep_clean

from mmaction_vt import VideoInferencer
from mmaction_vt.cli import add_label_option, add_model_arguments, read_config, read_labels, run
from mmaction_vt.errors import InputError
from mmaction_vt.visualization.explain.methods import METHODS


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Serve a web page that recognises actions in videos.')
    add_model_arguments(parser)
    add_label_option(parser)
    parser.add_argument('--method', choices=METHODS, default='gradcam', help='visualisation (default: %(default)s)')
    parser.add_argument(
        '--host', default='127.0.0.1', help='0.0.0.0 to serve other machines too (default: %(default)s)'
    )
    parser.add_argument('--port', type=int, default=7860, help='(default: %(default)s)')
    parser.add_argument('--max-size', type=float, default=50, metavar='MB', help='(default: %(default)s)')
    parser.add_argument('--max-seconds', type=float, default=60, metavar='S', help='(default: %(default)s)')
    parser.add_argument('--device', default='cpu', help='such as cuda:0 (default: %(default)s)')
    parser.add_argument('--one-view', action='store_true', help='process the middle view only: faster, less accurate')
    return parser


def check(args: Namespace) -> None:
    """Check options before anything is loaded.

    Raises:
        InputError: If a limit or the port is invalid, or Gradio is not installed.
    """
    if args.max_size <= 0 or args.max_seconds <= 0:
        raise InputError(
            f'--max-size and --max-seconds must be positive, not {args.max_size:g} and {args.max_seconds:g}'
        )
    if not 0 < args.port < 65536:
        raise InputError(f'--port must be in 1 to 65535, not {args.port}')
    if importlib.util.find_spec('gradio') is None:
        raise InputError("the web page needs Gradio, which is not installed: pip install 'mmaction_vt[web]'")


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == 'localhost'


def set_up_gradio(folder: Path) -> None:
    """Before Gradio is imported: set its upload folder, disable telemetry, and remove settings of the environment."""
    for name in [name for name in os.environ if name.startswith('GRADIO_')]:
        del os.environ[name]
    os.environ.update(GRADIO_TEMP_DIR=str(folder), GRADIO_ANALYTICS_ENABLED='False', HF_HUB_DISABLE_TELEMETRY='1')
    tempfile.tempdir = str(folder)


def main(args: Namespace) -> None:
    check(args)
    labels = [read_labels(path) for path in args.label_file or ()]
    config = read_config(args.config, args.cfg_options)
    infer = VideoInferencer(config, args.checkpoint, args.device, labels, one_view=args.one_view)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with tempfile.TemporaryDirectory(prefix='mmaction_vt_', ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        set_up_gradio(folder)
        serve(args, infer, folder, stop)


def serve(args: Namespace, infer: VideoInferencer, folder: Path, stop: threading.Event) -> None:
    """Serve the page until stopped.

    Raises:
        InputError: If the page cannot be served at that address.
    """
    from web_page import build_page, start  # imports Gradio

    limits = Limits(args.max_size, args.max_seconds)

    def look(path: str, name: str) -> str:
        return answer(infer, path, name, args.method, limits)

    page = build_page(look, folder, limits, Path(args.config).stem)
    try:
        start(page, args.host, args.port, limits)
    except OSError as error:
        raise InputError(f'the page cannot be served at {args.host}, port {args.port}: {error}') from error
    threading.Thread(target=keep_clean, args=(folder, stop), daemon=True).start()
    if not is_loopback(args.host):
        print(f'Anyone who can reach {args.host} can use this page: there is no password', file=sys.stderr)
    print(f'Open {page.local_url} (Ctrl-C to stop)', flush=True)
    stop.wait()
    page.close(verbose=False)


if __name__ == '__main__':
    run(main, build_parser())
