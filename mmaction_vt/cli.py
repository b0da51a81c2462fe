"""Shared by the programs under ``tools/`` and ``demo/``: common options, and errors as one sentence.

OpenMMLab's packages and PyTorch are imported where they are used: programs for lists do not load them.
"""

import errno
import sys
from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Callable
from difflib import get_close_matches
from inspect import signature
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from .errors import InputError

if TYPE_CHECKING:
    from mmengine.config import Config

# Settings of mmengine's runner that a config need not have.
RUNNER_SETTINGS = ('auto_scale_lr', 'compile', 'experiment_name', 'load_from', 'randomness', 'resume', 'work_dir')

DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


def run(main: Callable[[Namespace], None], parser: ArgumentParser) -> None:
    """Parse the command line and run a program; on bad input print one sentence and exit with status 1."""
    try:
        args = parser.parse_args()
        if not hasattr(args, 'trust_checkpoint'):
            main(args)
            return
        from .checkpoints import trust_checkpoints

        with trust_checkpoints(args.trust_checkpoint):
            main(args)
    except InputError as error:
        sys.exit(f'error: {error}')
    except OSError as error:
        if error.errno not in DISK_ERRORS:
            raise
        sys.exit(f'error: {error.filename or "a file"} cannot be written: {error.strerror}; an existing file is kept')
    except KeyboardInterrupt:
        sys.exit(130)


def add_model_arguments(parser: ArgumentParser, random: bool = False) -> None:
    """Add CONFIG, CHECKPOINT and their options.

    Args:
        parser: The parser.
        random: Whether random weights are accepted.
    """
    parser.add_argument('config', help="config file, or a model's name")
    files = 'checkpoint of any layout, Hugging Face folder or address, or "published" for the file of its authors'
    parser.add_argument('checkpoint', help=f'{files}; "none" for random weights' if random else files)
    add_config_options(parser)
    add_checkpoint_options(parser)


def add_label_option(parser: ArgumentParser) -> None:
    parser.add_argument(
        '--label-file',
        action='append',
        metavar='F',
        help="file of class names, one per line, instead of the config's; give it twice for verbs and nouns",
    )


def add_checkpoint_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        '--trust-checkpoint',
        action='store_true',
        help='load checkpoint files that run code when they are loaded; only for files whose origin you trust',
    )


def add_config_options(parser: ArgumentParser) -> None:
    from mmengine.config import DictAction

    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        metavar='KEY=VALUE',
        help='change settings of the config, such as model.cls_head.num_classes=12 train_dataloader.batch_size=4',
    )


def add_launch_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        '--launcher',
        choices=('none', 'pytorch', 'slurm', 'mpi'),
        default='none',
        help='launcher of the processes; dist_train.sh and dist_test.sh set it',
    )
    # torch.distributed.launch, which OpenMMLab's mim calls, passes LOCAL_RANK as an option too.
    parser.add_argument('--local-rank', type=int, help=SUPPRESS)


def read_config(path: str, options: dict | None = None, work_dir: str | None = None) -> 'Config':
    """Load a config, and apply the options of the command line and the work dir.

    Raises:
        InputError: If the file cannot be read, or an option sets an unknown key.
    """
    from .legacy import translate_keys
    from .utils.config import load_config

    config = load_config(path)
    options = translate_keys(options or {}, config)
    for key in options:
        name = key.split('.')[0]
        if name not in config and name not in RUNNER_SETTINGS:
            close = get_close_matches(name, [*config, *RUNNER_SETTINGS], n=1)
            hint = f' (did you mean {close[0]}?)' if close else ''
            raise InputError(f'unknown key {key} in --cfg-options: {path} has no {name}{hint}')
    config.merge_from_dict(options)
    if work_dir is not None:
        config.work_dir = work_dir
    elif config.get('work_dir') is None:
        config.work_dir = f'work_dirs/{Path(path).stem}'
    return config


def check_work_dir(path: str) -> None:
    """Make a work dir and check that it is writable, before anything is loaded.

    Raises:
        InputError: If it is not.
    """
    try:
        Path(path).mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=path) as file:
            file.write(b'0')
    except OSError as error:
        raise InputError(
            f'the work dir {path} cannot be written to: {error.strerror}; set another with --work-dir'
        ) from error


def complete_metrics(config: 'Config', name: str) -> None:
    """Make an evaluator of a config count broken videos as wrong, and collect results without a shared file system.

    mmengine's metrics collect results through files in the current folder unless ``collect_device`` is ``gpu``, which
    uses the network, on a CPU too.
    """
    from .registry import METRICS

    metrics = config.get(name)
    if metrics is None:
        return
    metrics = list(metrics) if isinstance(metrics, (list, tuple)) else [metrics]
    if all(metric['type'] != 'mmaction_vt.CountBrokenVideos' for metric in metrics):
        metrics.insert(0, dict(type='mmaction_vt.CountBrokenVideos'))
    for metric in metrics:
        kind = METRICS.get(metric['type']) if isinstance(metric['type'], str) else metric['type']
        if kind is not None and 'collect_device' in signature(kind).parameters:
            metric.setdefault('collect_device', 'gpu')
    config[name] = metrics


def read_labels(path: str | None) -> list[str] | None:
    """Read class names from a file, one per line.

    Raises:
        InputError: If the file does not exist or is empty.
    """
    if path is None:
        return None
    if not Path(path).is_file():
        raise InputError(
            f'label file {path} does not exist: expected one class name per line, in the order of the labels'
        )
    labels = Path(path).read_text(encoding='utf-8-sig').splitlines()
    if not labels:
        raise InputError(f'label file {path} is empty: expected one class name per line, in the order of the labels')
    return labels


def check_video(path: str) -> None:
    """Check that a video exists, before anything is loaded.

    Raises:
        InputError: If it does not.
    """
    if not Path(path).is_file():
        raise InputError(f'video {path} does not exist')
