"""Train a recognizer: ``python tools/train.py CONFIG``."""

from argparse import ArgumentParser, Namespace
from contextlib import nullcontext
from difflib import unified_diff
from pathlib import Path

import mmaction_vt.utils.program_start  # noqa: F401

from mmengine.config import Config
from mmengine.dist import is_main_process

from mmaction_vt.checkpoints.newest import newest_complete_checkpoint
from mmaction_vt.cli import (
    add_checkpoint_options,
    add_config_options,
    add_launch_options,
    add_overwrite_option,
    add_tf32_option,
    check_work_dir,
    complete_metrics,
    read_config,
    run,
)
from mmaction_vt.engine import InterruptHook, Runner
from mmaction_vt.engine.runner.stored_labels import train_from_store
from mmaction_vt.errors import InputError, doing
from mmaction_vt.legacy import add_legacy_options
from mmaction_vt.registry import RUNNERS
from mmaction_vt.utils.config import published_checkpoint
from mmaction_vt.utils.option_types import AUTO, positive_or_auto, seed
from mmaction_vt.utils.precision import PRECISIONS, use_tf32
from mmaction_vt.utils.work_dirs import check_unused, delete_earlier, is_first_process, own_work_dir


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Train a recognizer.')
    parser.add_argument('config', help="config file, or a model's name")
    parser.add_argument('--work-dir', help='where checkpoints and logs go (default: work_dirs/<name of the config>)')
    earlier = parser.add_mutually_exclusive_group()
    earlier.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        metavar='PATH',
        help='resume from this checkpoint; without a path, from the latest in the work dir, if any',
    )
    add_overwrite_option(earlier, 'an earlier training in the work dir: its checkpoints are deleted')
    parser.add_argument(
        '--amp', nargs='?', const='fp16', choices=tuple(PRECISIONS), help='train in mixed precision (default: fp16)'
    )
    add_tf32_option(parser)
    parser.add_argument(
        '--batch-size',
        type=positive_or_auto,
        metavar='N',
        help='videos per step and process; auto: as many as fit into memory, on a CPU at most 32 (see --auto-scale-lr)',
    )
    parser.add_argument(
        '--token-labels',
        metavar='STORE',
        help='use the token labels in this folder of tools/data/token_labels.py, instead of the teacher',
    )
    parser.add_argument('--no-validate', action='store_true', help='do not validate during training')
    parser.add_argument(
        '--auto-scale-lr',
        action='store_true',
        help='scale the learning rate by the batch size of all processes over auto_scale_lr.base_batch_size',
    )
    parser.add_argument('--seed', type=seed, help='random seed')
    parser.add_argument(
        '--deterministic', action='store_true', help='use deterministic algorithms only, also of cuDNN and cuBLAS'
    )
    add_config_options(parser)
    add_checkpoint_options(parser)
    add_launch_options(parser)
    add_legacy_options(parser, 'train')
    return parser


def apply_options(config: Config, args: Namespace) -> None:
    """Apply command line options to the config."""
    config.launcher = args.launcher
    complete_metrics(config, 'val_evaluator')
    if args.no_validate:
        config.val_cfg = config.val_dataloader = config.val_evaluator = None
        config.default_hooks.checkpoint.pop('save_best', None)
    if args.token_labels:
        train_from_store(config, args.token_labels)
    if args.amp:
        use_mixed_precision(config, args.amp)
    set_batch_size(config, args.batch_size, args.amp or 'fp32')
    if config.train_cfg.get('type') == 'EpochBasedTrainLoop':
        config.train_cfg.type = 'mmaction_vt.EpochBasedTrainLoop'
    if args.resume:
        path = newest_complete_checkpoint(config.work_dir) if args.resume == 'auto' else args.resume
        config.resume, config.load_from = path is not None, path
    if args.auto_scale_lr:
        scale_rate(config, args.config)
    if args.seed is not None:
        config.randomness = dict(config.get('randomness', {}), seed=args.seed)
    if args.deterministic:
        config.randomness = {'seed': None, **config.get('randomness', {}), 'deterministic': True}
    if config.get('load_from'):
        config.load_from = published_checkpoint(config.load_from, config)
        # All weights are replaced: an image model need not be downloaded first.
        config.model.backbone.init_cfg = None


def set_batch_size(config: Config, size: int | str | None, precision: str) -> None:
    """Set the videos per step, or with ``auto`` as many as fit into memory; None leaves the config's."""
    if size == AUTO:
        if config.launcher != 'none':  # each process would find another number
            raise InputError('--batch-size auto is for one process: run it with one, and give the number that it finds')
        from mmaction_vt.apis.memory import automatic_batch  # with all that predicts

        config.train_dataloader.batch_size = automatic_batch(config, precision)
    elif size is not None:
        config.train_dataloader.batch_size = size


def scale_rate(config: Config, path: str) -> None:
    """Make mmengine scale the learning rate by the total batch size."""
    if 'base_batch_size' not in config.get('auto_scale_lr', {}):
        raise InputError(f'{path} has no auto_scale_lr.base_batch_size, which --auto-scale-lr needs')
    config.auto_scale_lr.enable = True


def use_mixed_precision(config: Config, precision: str) -> None:
    """Make the optimizer wrapper run the model under autocast."""
    kind = config.optim_wrapper.get('type', 'OptimWrapper')
    if kind not in ('OptimWrapper', 'AmpOptimWrapper', 'mmaction_vt.MixedPrecisionOptimWrapper'):
        raise InputError(f'--amp supports OptimWrapper, but the config has {kind}')
    config.optim_wrapper.type = 'mmaction_vt.MixedPrecisionOptimWrapper'
    config.optim_wrapper.precision = precision
    for key in ('dtype', 'loss_scale'):
        config.optim_wrapper.pop(key, None)


def changes_since(config: Config, path: Path) -> list[str]:
    """Lines of the config that differ from the config saved in the work dir."""
    if not path.is_file():
        return []
    old, new = (part.pretty_text.splitlines() for part in (Config.fromfile(path), config))
    same = ('resume = ', 'load_from = ', 'launcher = ')
    lines = (line for line in unified_diff(old, new, lineterm='', n=0) if not line.startswith(('---', '+++', '@@')))
    return [line for line in lines if not line[1:].startswith(same)]


def main(args: Namespace) -> None:
    config = read_config(args.config, args.cfg_options, args.work_dir, 'train')
    check_work_dir(config.work_dir)
    owner = own_work_dir(config.work_dir) if is_first_process(args.launcher) else nullcontext()
    with owner:
        train(config, args)


def train(config: Config, args: Namespace) -> None:
    """Train in a work dir that this training owns."""
    apply_options(config, args)
    if not args.resume and not config.get('resume'):
        check_unused(config.work_dir, args.overwrite, config.get('load_from'))
    changes = changes_since(config, Path(config.work_dir) / Path(config.filename).name) if config.resume else []
    with doing(f'building what {args.config} describes'):
        runner = RUNNERS.build(config) if 'runner_type' in config else Runner.from_cfg(config)
    if args.tf32:
        use_tf32()
    if changes:
        text = '\n'.join(changes)
        runner.logger.warning(f'The config differs from the one saved in {config.work_dir}:\n{text}')
    if args.overwrite and is_main_process():
        count = delete_earlier(config.work_dir)
        if count:
            runner.logger.warning(f'{count} checkpoints of an earlier training in {config.work_dir} were deleted')
    try:
        with doing(f'training in {config.work_dir}'):
            runner.train()
    finally:  # also after an error, restore signal handlers
        for hook in runner.hooks:
            if isinstance(hook, InterruptHook):
                hook.restore()


if __name__ == '__main__':
    run(main, build_parser())
