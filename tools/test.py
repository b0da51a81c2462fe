"""Test a checkpoint: ``python tools/test.py CONFIG CHECKPOINT --eval top_k_accuracy``."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.dist import is_main_process
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from rich.console import Console
from rich.table import Table
from torch import nn

from mmaction_vt.checkpoints import load_into
from mmaction_vt.errors import InputError
from mmaction_vt.evaluation import write_predictions
from mmaction_vt.programs import (
    add_checkpoint_options,
    add_config_options,
    add_launch_options,
    check_work_dir,
    complete_metrics,
    read_config,
    run,
)

METRICS = ('top_k_accuracy', 'mean_class_accuracy')
OUT_SUFFIXES = ('.json', '.pkl')


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Test a checkpoint.')
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', help='checkpoint file of any layout, or a Hugging Face folder')
    parser.add_argument(
        '--eval', nargs='+', metavar='METRIC', help=f'what to report: {", ".join(METRICS)} (default: as in the config)'
    )
    parser.add_argument('--out', metavar='FILE', help='write scores, label and name of every video to a .json or .pkl')
    parser.add_argument('--amp', choices=('fp16', 'bf16'), help='test in mixed precision')
    parser.add_argument('--work-dir', help='where the log goes (default: work_dirs/<name of the config>)')
    add_config_options(parser)
    add_checkpoint_options(parser)
    add_launch_options(parser)
    return parser


def apply_options(config: Config, args: Namespace) -> None:
    """Put the command line's options into the config."""
    unknown = [name for name in args.eval or () if name not in METRICS]
    if unknown:
        raise InputError(f'--eval takes {" and ".join(METRICS)}, not {", ".join(unknown)}')
    if args.out and Path(args.out).suffix not in OUT_SUFFIXES:
        raise InputError(f'--out takes a name that ends in {" or ".join(OUT_SUFFIXES)}, not {args.out}')
    if config.get('test_dataloader') is None:
        raise InputError(f'{args.config} has no test_dataloader')
    config.launcher = args.launcher
    config.load_from, config.resume = None, False
    evaluators = [dict(type='AccMetric', metric_list=tuple(args.eval))] if args.eval else config_evaluators(config)
    if args.eval and any(evaluator['type'].endswith('VerbNounAccuracy') for evaluator in config_evaluators(config)):
        raise InputError(f'--eval is for one label a video; {args.config} reports verbs and nouns without it')
    config.test_evaluator = [*evaluators, dict(type='mmaction_vt.KeepPredictions')]
    complete_metrics(config, 'test_evaluator')


def config_evaluators(config: Config) -> list[dict]:
    evaluators = config.test_evaluator
    return list(evaluators) if isinstance(evaluators, (list, tuple)) else [evaluators]


def test_in(model: nn.Module, dtype: torch.dtype) -> None:
    """Let a model run its test steps under autocast.

    Raises:
        InputError: If it is on a CPU and the precision is fp16.
    """
    device = next(model.parameters()).device.type
    if device == 'cpu' and dtype == torch.float16:
        raise InputError('--amp fp16 needs a GPU: take --amp bf16 on a CPU')
    step = model.test_step

    def test_step(data: dict) -> list:
        with torch.autocast(device, dtype):
            samples = step(data)
        for sample in samples:  # metrics are numpy's, which has no bfloat16
            scores = sample.pred_score
            is_dict = isinstance(scores, dict)
            sample.pred_score = {k: v.float() for k, v in scores.items()} if is_dict else scores.float()
        return samples

    model.test_step = test_step


def print_metrics(metrics: dict, num_videos: int, num_broken: int) -> None:
    broken = f', {num_broken} of them broken and counted as wrong' if num_broken else ''
    table = Table(title=f'{num_videos} videos{broken}')
    table.add_column('metric')
    table.add_column('value', justify='right')
    for name, value in metrics.items():
        table.add_row(name, f'{value:.4f}')
    Console().print(table)


def main(args: Namespace) -> None:
    config = read_config(args.config, args.cfg_options, args.work_dir)
    check_work_dir(config.work_dir)
    apply_options(config, args)
    runner = Runner.from_cfg(config)
    model = runner.model.module if is_model_wrapper(runner.model) else runner.model
    load_into(model, args.checkpoint, new_classifier=False)
    if args.amp:
        test_in(model, torch.bfloat16 if args.amp == 'bf16' else torch.float16)
    metrics = runner.test()
    if is_main_process():
        predictions = runner.test_evaluator.metrics[-1].predictions
        print_metrics(metrics, len(predictions), sum('broken' in prediction for prediction in predictions))
        if args.out:
            write_predictions(args.out, predictions, runner.test_dataloader.dataset, metrics)


if __name__ == '__main__':
    run(main, build_parser())
