"""The scores of a validation set: computed with a checkpoint, or read from a report of ``tools/test.py``."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from mmaction_vt.apis.model import class_names_of
from mmaction_vt.checkpoints import load_into
from mmaction_vt.cli import add_checkpoint_options, add_config_options, check_work_dir, complete_metrics, read_config
from mmaction_vt.engine import Runner
from mmaction_vt.errors import InputError, doing
from mmaction_vt.evaluation import read_report
from mmaction_vt.models.heads import CLASS
from mmaction_vt.utils.config import published_checkpoint
from mmaction_vt.utils.files import REPORT_SUFFIXES

SOURCE = 'checkpoint, by which the validation set is scored, or a report of it (tools/test.py --out, .json or .pkl)'


class Scores(NamedTuple):
    """Scores of videos and their labels.

    Attributes:
        scores: (videos, classes), as the head averages them.
        labels: The labels of each video; an integer, or a list where there may be several.
        class_names: Names of the classes; None if they are unknown.
        omitted: Number of videos that are not among them: broken, or without a label.
    """

    scores: Tensor
    labels: list[Any]
    class_names: list[str] | None
    omitted: int

    @property
    def several(self) -> bool:
        """Whether videos have several labels."""
        return bool(self.labels) and isinstance(self.labels[0], list)


def add_score_arguments(parser: ArgumentParser) -> None:
    """CONFIG, SOURCE and their options."""
    parser.add_argument('config', help="config file, or a model's name")
    parser.add_argument('source', metavar='SOURCE', help=SOURCE)
    add_config_options(parser)
    add_checkpoint_options(parser)
    parser.add_argument('--work-dir', help='where the log goes (default: work_dirs/<name of the config>)')


def is_report(source: str) -> bool:
    return Path(source).suffix.lower() in REPORT_SUFFIXES


def collect_scores(args: Namespace) -> Scores:
    """The scores of the videos with labels that could be read.

    Raises:
        InputError: If the config, the checkpoint or the report cannot be used, or no video is left.
    """
    if is_report(args.source):
        report = read_report(args.source)
        videos, names = report.videos, report.class_names
    else:
        videos, names = score(args)
    known = [video for video in videos if 'broken' not in video and video['label'] is not None]
    if not known:
        raise InputError(f'{args.source}: no video has scores and a label')
    if isinstance(known[0]['scores'], dict):
        raise InputError(f'{args.source} has verbs and nouns, but a model with one classifier is needed')
    scores = torch.tensor([video['scores'] for video in known])
    if scores.ndim != 2:
        raise InputError(f'{args.source} has scores for each view: set model.cls_head.average_clips')
    labels = [video['label'] for video in known]
    return Scores(scores, labels, (names or {}).get(CLASS), len(videos) - len(known))


def score(args: Namespace) -> tuple[list[dict], dict[str, list[str]] | None]:
    """Test a checkpoint on the validation set, with the views of the test pipeline."""
    config = read_config(args.config, args.cfg_options, args.work_dir, 'test')
    check_work_dir(config.work_dir)
    if config.get('val_dataloader') is None:
        raise InputError(f'{args.config} has no val_dataloader, whose videos are scored')
    pipeline = config.test_dataloader.dataset.pipeline
    config.test_dataloader.dataset = dict(config.val_dataloader.dataset, pipeline=pipeline, test_mode=True)
    config.test_evaluator = [dict(type='mmaction_vt.KeepPredictions')]
    complete_metrics(config, 'test_evaluator')
    config.load_from, config.resume = None, False
    with doing(f'building what {args.config} describes'):
        runner = Runner.from_cfg(config)
    with doing(f'loading the checkpoint {args.source}'):
        load_into(runner.model, published_checkpoint(args.source, config), new_classifier=False)
    with doing(f'scoring the validation set with {args.source}'):
        runner.test()
    several = 'multi_class' in config.test_dataloader.dataset and config.test_dataloader.dataset.multi_class
    videos = runner.test_evaluator.metrics[-1].predictions
    for video in videos:
        video['scores'] = video['scores'] if isinstance(video['scores'], dict) else video['scores'].tolist()
        if not several:
            video['label'] = video['label'][0] if video['label'][0] >= 0 else None
    return videos, class_names_of(config, runner.model)
