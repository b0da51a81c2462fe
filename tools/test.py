"""Test a checkpoint: ``python tools/test.py CONFIG CHECKPOINT --eval top_k_accuracy``."""

from argparse import ArgumentParser, Namespace

import mmaction_vt.utils.program_start  # noqa: F401

import torch
from mmengine.config import Config
from mmengine.dist import is_main_process
from mmengine.model import is_model_wrapper
from rich.console import Console
from rich.table import Table
from torch import nn

from mmaction_vt.apis.model import class_names_of
from mmaction_vt.apis.weight_precision import cast_backbone
from mmaction_vt.checkpoints import load_into
from mmaction_vt.cli import (
    add_launch_options,
    add_model_arguments,
    add_precision_options,
    add_tf32_option,
    check_work_dir,
    complete_metrics,
    read_config,
    run,
)
from mmaction_vt.engine import Runner
from mmaction_vt.errors import InputError, doing
from mmaction_vt.evaluation import SupervisionLevels, write_challenge, write_predictions
from mmaction_vt.evaluation.detections import write_detections
from mmaction_vt.evaluation.multi_label_metric import MULTI_LABEL_METRICS
from mmaction_vt.evaluation.predictions import is_labelled
from mmaction_vt.legacy import add_legacy_options
from mmaction_vt.utils.config import published_checkpoint
from mmaction_vt.utils.files import CHALLENGE_SUFFIXES, REPORT_SUFFIXES, check_suffix
from mmaction_vt.utils.option_types import integer
from mmaction_vt.utils.outputs import check_output
from mmaction_vt.utils.precision import check_precision, use_tf32, with_float_scores

METRICS = ('top_k_accuracy', 'mean_class_accuracy')
METRIC_TYPES = {
    **dict.fromkeys(METRICS, 'AccMetric'),
    **dict.fromkeys(MULTI_LABEL_METRICS, 'mmaction_vt.MultiLabelMetric'),
}
OUT_SUFFIXES = {'report': REPORT_SUFFIXES, 'epic': CHALLENGE_SUFFIXES, 'ava': ('.csv',)}


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Test a checkpoint.')
    add_model_arguments(parser)
    parser.add_argument(
        '--eval',
        nargs='+',
        metavar='METRIC',
        help=f'what to report: {", ".join(METRICS)}; for several labels per video {", ".join(MULTI_LABEL_METRICS)} '
        '(default: as in the config)',
    )
    parser.add_argument(
        '--out',
        metavar='FILE',
        help='write scores, label and name of every video to a .json or .pkl; an existing file is replaced',
    )
    parser.add_argument(
        '--out-format',
        choices=tuple(OUT_SUFFIXES),
        default='report',
        help='format of --out: a report; (.json or .zip) a submission to the challenge of EPIC-KITCHENS-100; or (.csv) '
        "the detections of an action detector, as AVA's challenge takes them",
    )
    parser.add_argument(
        '--sls',
        nargs=3,
        type=integer(),
        choices=range(6),
        metavar=('PT', 'TL', 'TD'),
        default=SupervisionLevels(),
        help='supervision levels of pretraining, labels and data, for --out-format epic (default: 2 3 3)',
    )
    add_precision_options(parser)
    add_tf32_option(parser)
    parser.add_argument('--work-dir', help='where the log goes (default: work_dirs/<name of the config>)')
    add_launch_options(parser)
    add_legacy_options(parser, 'test')
    return parser


def apply_options(config: Config, args: Namespace) -> None:
    """Apply command line options to the config."""
    unknown = [name for name in args.eval or () if name not in METRIC_TYPES]
    if unknown:
        raise InputError(f'unknown --eval {", ".join(unknown)}; choose from {", ".join(METRIC_TYPES)}')
    if args.out is not None:
        check_suffix('--out', args.out, OUT_SUFFIXES[args.out_format])
        # Replaced without --overwrite, as by mmaction2: scripts test one checkpoint after the other.
        check_output(args.out, '--out', overwrite=True, inputs=inputs_of(config, args))
    if config.get('test_dataloader') is None:
        raise InputError(f'{args.config} has no test_dataloader')
    if args.out_format == 'epic':
        check_challenge(config, args)
    check_detector(config, args)
    config.launcher = args.launcher
    config.load_from, config.resume = None, False
    evaluators = chosen_evaluators(config, args.eval) if args.eval else config_evaluators(config)
    if args.eval and any(evaluator['type'].endswith('VerbNounAccuracy') for evaluator in config_evaluators(config)):
        raise InputError(f'--eval is for one label per video: omit it for {args.config}, which reports verbs and nouns')
    config.test_evaluator = [*evaluators, dict(type='mmaction_vt.KeepPredictions')]
    complete_metrics(config, 'test_evaluator')


def chosen_evaluators(config: Config, names: list[str]) -> list[dict]:
    """The metric of ``--eval``.

    Raises:
        InputError: If it is for another number of labels per video than the data set has.
    """
    several = bool((config.test_dataloader.get('dataset') or {}).get('multi_class'))
    fitting = MULTI_LABEL_METRICS if several else METRICS
    others = [name for name in names if name not in fitting]
    if others:
        count = 'several labels' if several else 'one label'
        raise InputError(
            f'--eval {", ".join(others)} does not fit: {config.filename} has {count} per video; choose from '
            f'{", ".join(fitting)}'
        )
    return [dict(type=METRIC_TYPES[names[0]], metric_list=tuple(names))]


def inputs_of(config: Config, args: Namespace) -> list[str]:
    """Files that a test reads."""
    dataset = (config.get('test_dataloader') or {}).get('dataset') or {}
    return [path for path in (args.config, args.checkpoint, dataset.get('ann_file')) if isinstance(path, str)]


def check_challenge(config: Config, args: Namespace) -> None:
    """Check, before testing, that a file for the challenge can be written.

    Raises:
        InputError: If there is no file name, or the data set is not EPIC-KITCHENS or is shuffled.
    """
    if args.out is None:
        raise InputError('--out-format epic needs --out')
    if not config.test_dataloader.dataset.type.endswith('EpicKitchensDataset'):
        raise InputError(f'--out-format epic is for EPIC-KITCHENS, but {args.config} has another test data set')
    if config.test_dataloader.sampler.get('shuffle', True):
        raise InputError('the test data loader shuffles: set test_dataloader.sampler.shuffle to False for --out')


def check_detector(config: Config, args: Namespace) -> None:
    """Check that an action detector, and no other model, is tested with the options for it.

    Raises:
        InputError: If the options are for another model.
    """
    detects = str(config.model.get('type')).endswith('ActionDetector')
    if detects and args.eval:
        raise InputError(f'--eval is for labels of whole videos: omit it for {args.config}, which reports mAP of boxes')
    if args.out is not None and detects != (args.out_format == 'ava'):
        given, model = f'--out-format {args.out_format}', 'an action detector' if detects else 'a recognizer'
        raise InputError(f'{given} does not fit {model}; set --out-format {"ava" if detects else "report"}')


def config_evaluators(config: Config) -> list[dict]:
    evaluators = config.test_evaluator
    return list(evaluators) if isinstance(evaluators, (list, tuple)) else [evaluators]


def use_autocast(model: nn.Module, precision: str) -> None:
    """Make a model run its test steps under autocast.

    Raises:
        InputError: If it is on a CPU and the precision is fp16.
    """
    device = next(model.parameters()).device.type
    dtype = check_precision(precision, device != 'cpu')
    step = model.test_step

    def test_step(data: dict) -> list:
        with torch.autocast(device, dtype):
            return with_float_scores(step(data))

    model.test_step = test_step


def print_metrics(metrics: dict, predictions: list[dict]) -> None:
    num_videos, num_broken = len(predictions), sum('broken' in prediction for prediction in predictions)
    if not any(is_labelled(prediction) for prediction in predictions):
        broken = f', {num_broken} of them broken' if num_broken else ''
        Console().print(f'{num_videos} videos without labels{broken}: no accuracy')
        return
    broken = f', {num_broken} of them broken and counted as wrong' if num_broken else ''
    what = 'key frames' if any('boxes' in prediction for prediction in predictions) else 'videos'
    table = Table(title=f'{num_videos} {what}{broken}')
    table.add_column('metric')
    table.add_column('value', justify='right')
    for name, value in metrics.items():
        table.add_row(name, f'{value:.4f}')
    Console().print(table)


def main(args: Namespace) -> None:
    config = read_config(args.config, args.cfg_options, args.work_dir, 'test')
    check_work_dir(config.work_dir)
    apply_options(config, args)
    with doing(f'building what {args.config} describes'):
        runner = Runner.from_cfg(config)
    if args.tf32:
        use_tf32()
    model = runner.model.module if is_model_wrapper(runner.model) else runner.model
    with doing(f'loading the checkpoint {args.checkpoint}'):
        load_into(model, published_checkpoint(args.checkpoint, config), new_classifier=False)
    if args.amp:
        use_autocast(model, args.amp)
    if args.precision:
        cast_backbone(model, args.precision)
    with doing(f'testing {args.checkpoint}'):
        metrics = runner.test()
    if is_main_process():
        predictions = runner.test_evaluator.metrics[-1].predictions
        print_metrics(metrics, predictions)
        if args.out is not None and args.out_format == 'epic':
            dataset = runner.test_dataloader.dataset
            write_challenge(args.out, predictions, dataset, SupervisionLevels(*args.sls))
        elif args.out is not None and args.out_format == 'ava':
            first = getattr(runner.test_dataloader.dataset, 'first_label', 0)
            write_detections(args.out, predictions, first)
        elif args.out is not None:
            write_predictions(
                args.out, predictions, runner.test_dataloader.dataset, metrics, class_names_of(config, model)
            )


if __name__ == '__main__':
    run(main, build_parser())
