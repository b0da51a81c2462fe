"""Shared by the programs under ``tools/`` and ``demo/``: common options, and errors as one sentence.

OpenMMLab's packages and PyTorch are imported where they are used: programs for lists do not load them.
"""

from argparse import SUPPRESS, ArgumentParser, Namespace, _ActionsContainer
from collections.abc import Callable
from inspect import signature
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

from .errors import InputError, doing
from .utils import boundary
from .utils.option_types import non_negative, number
from .utils.signals import stoppable
from .utils.text_files import iterate_lines

if TYPE_CHECKING:
    from mmengine.config import Config

    from .utils.config_checks import Use


def run(main: Callable[[Namespace], None], parser: ArgumentParser) -> None:
    """Parse the command line and run a program; whatever fails ends in one sentence and status 1.

    ``--traceback`` or the environment variable ``MMACTION_VT_TRACEBACK=1`` prints the whole traceback before it.

    SIGTERM and SIGHUP end it as Ctrl-C does: what is half written is removed.

    Args:
        main: The program.
        parser: Its parser.
    """
    boundary.finish_loading()
    boundary.tolerate_any_text()
    try:
        parser.add_argument(boundary.OPTION, action='store_true', help='print the whole traceback of an error')
        parser.error = lambda message: boundary.refuse(parser, message)  # type: ignore[method-assign]
        args = parser.parse_args()
        with stoppable(), doing(f'running {parser.prog}'):
            if not hasattr(args, 'trust_checkpoint'):
                main(args)
            else:
                from .checkpoints import allow_non_finite, trust_checkpoints

                with trust_checkpoints(args.trust_checkpoint), allow_non_finite(args.allow_non_finite):
                    main(args)
            boundary.finish_output()
    except BaseException as error:  # noqa: BLE001  the boundary
        boundary.end(error)


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


def add_device_option(parser: ArgumentParser) -> None:
    parser.add_argument('--device', help='such as cuda:1, mps or cpu (default: a GPU if there is one)')


def add_precision_options(parser: ArgumentParser) -> None:
    """``--amp`` and ``--precision`` of a program that does not train."""
    from .utils.precision import PRECISIONS

    group = parser.add_mutually_exclusive_group()
    group.add_argument('--amp', choices=tuple(PRECISIONS), help='mixed precision: weights are cast where it is safe')
    group.add_argument(
        '--precision',
        choices=tuple(PRECISIONS),
        help='the backbone in 16 bits, cast once: half the memory, a little faster and less exact than --amp',
    )


def add_decision_options(parser: ArgumentParser) -> None:
    """``--thresholds`` for models with several labels per video, ``--calibration`` and ``--temperature`` for others."""
    parser.add_argument(
        '--thresholds',
        metavar='F',
        help="thresholds of a model with several labels per video, instead of the model's: the file that "
        'tools/analysis/tune_thresholds.py wrote',
    )
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        '--calibration',
        metavar='F',
        help='calibrated probabilities, and "none of these" where they are too low: the file that '
        'tools/analysis/calibrate.py wrote',
    )
    group.add_argument(
        '--temperature', type=number(0, above=True), metavar='T', help='divide the raw scores by T, without a file'
    )


def read_decisions(args: Namespace) -> dict[str, Any]:
    """The arguments of ``VideoInferencer`` from ``add_decision_options``, read before the model is loaded.

    Raises:
        InputError: If a file cannot be read.
    """
    given = args.calibration if args.temperature is None else args.temperature
    decisions: dict[str, Any] = {}
    if args.thresholds is not None:
        from .utils.thresholds import read_thresholds

        decisions['thresholds'] = read_thresholds(args.thresholds)
    if given is not None:
        from .evaluation.calibration import read_calibration

        decisions['calibration'] = read_calibration(given)
    return decisions


def add_tf32_option(parser: ArgumentParser) -> None:
    parser.add_argument(
        '--tf32',
        action='store_true',
        help='TensorFloat-32 for matrix products in float32, on NVIDIA GPUs since Ampere: faster, 10 bits of mantissa',
    )


def add_overwrite_option(parser: _ActionsContainer, what: str = 'an existing file') -> None:
    parser.add_argument('--overwrite', action='store_true', help=f'replace {what}')


def add_checkpoint_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        '--trust-checkpoint',
        action='store_true',
        help='load checkpoint files that run code when they are loaded; only for files whose origin you trust',
    )
    parser.add_argument(
        '--allow-non-finite', action='store_true', help='load checkpoints with weights that are NaN or infinite'
    )


def add_config_options(parser: ArgumentParser) -> None:
    from .utils.config_options import ConfigOptions

    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=ConfigOptions,
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
    parser.add_argument('--local-rank', type=non_negative, help=SUPPRESS)


def read_config(path: str, options: dict | None = None, work_dir: str | None = None, use: 'Use' = 'model') -> 'Config':
    """Load a config, apply the options of the command line and the work dir, and check it.

    Args:
        path: The config file, or a model's name.
        options: Values by dotted keys.
        work_dir: The work dir instead of the config's.
        use: What the config is for: ``train``, ``test``, the ``model`` and its test pipeline, token ``labels``, or
            only the ``file``.

    Raises:
        InputError: If the file cannot be read, an option sets an unknown key or changes nothing, or the config has a
            part or a value that is not accepted.
    """
    from .legacy import translate_keys
    from .utils.config import load_config
    from .utils.config_checks import check_config, fit_loaders
    from .utils.config_options import apply_options

    with doing(f'reading the config {path} and --cfg-options' if options else f'reading the config {path}'):
        config = load_config(path)
        options = translate_keys(options or {}, config)
        apply_options(config, options, use)
        check_config(config, use, options)
        fit_loaders(config)
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
    except (OSError, ValueError) as error:  # ValueError: a null byte
        reason = getattr(error, 'strerror', None) or error
        raise InputError(f'the work dir {path} cannot be written to: {reason}; set another with --work-dir') from error


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
        InputError: If the file does not exist, is not UTF-8 or is empty.
    """
    if path is None:
        return None
    lines = map(str.strip, iterate_lines(path, 'one class name per line, in the order of the labels', 'label file'))
    labels = [line for line in lines if line]
    if not labels:
        raise InputError(f'label file {path} is empty: expected one class name per line, in the order of the labels')
    return labels


def check_video(path: str) -> None:
    """Check that a video exists and is a regular file, before anything is loaded.

    Raises:
        InputError: If it does not, or is not.
    """
    from .utils.file_kinds import check_regular_file

    check_regular_file('video', path)
