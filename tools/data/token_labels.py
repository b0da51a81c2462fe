"""Compute the token labels of a teacher once for a data set: ``python tools/data/token_labels.py CONFIG STORE``.

CONFIG has a model with token labels and ``model.teacher``. Each video is labelled in a fixed number of training views:
reproducible random clips, crops and flips. ``tools/train.py CONFIG --token-labels STORE`` then draws from these views
and needs no teacher. An interrupted run is resumed where it stopped; several
processes share the work with ``--shard``.
"""

import copy
from argparse import ArgumentParser, Namespace

import mmaction_vt.utils.program_start  # noqa: F401

import numpy as np
import torch
from mmengine.dataset import pseudo_collate
from mmengine.registry import init_default_scope
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from torch.utils.data import DataLoader, Dataset

from mmaction_vt.apis.model import default_device
from mmaction_vt.cli import add_checkpoint_options, add_config_options, add_device_option, read_config, run
from mmaction_vt.datasets.token_label_store import TokenLabelStore
from mmaction_vt.datasets.transforms.stored_views import Views
from mmaction_vt.engine.runner.stored_labels import describe, training_set
from mmaction_vt.errors import InputError
from mmaction_vt.registry import MODELS
from mmaction_vt.utils.option_types import integer, seed
from mmaction_vt.utils.outputs import check_output_folder
from mmaction_vt.utils.text_files import parse_digits

FLUSH_EVERY = 20  # batches


class Rows(Dataset):
    """The views that are not labelled yet.

    Args:
        samples: The data set, without a pipeline.
        views: What makes a view of a sample.
        num_views: Views of each sample.
        rows: Which rows of the store to fill.
    """

    def __init__(self, samples: Dataset, views: Views, num_views: int, rows: list[int]) -> None:
        self.samples = samples
        self.views = views
        self.num_views = num_views
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> dict:
        row = self.rows[index]
        sample, view = divmod(row, self.num_views)
        packed = self.views(self.samples.prepare_data(sample), view)
        if packed is None:
            raise InputError(f'sample {sample} of the data set has no clip: see the messages above')
        return dict(row=row, **packed)


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description="Store a teacher's token labels.")
    parser.add_argument('config', help='config of a model with token labels and a teacher')
    parser.add_argument('store', help='folder to write; an incomplete one is resumed')
    parser.add_argument('--views', type=integer(), default=1, help='views per video (default: %(default)s)')
    parser.add_argument('--seed', type=seed, default=0, help='seed of the views (default: %(default)s)')
    parser.add_argument('--batch-size', type=integer(), default=8, help='clips per forward pass (default: %(default)s)')
    add_device_option(parser)
    parser.add_argument('--shard', default='0/1', metavar='I/N', help='process part I of N, from 0')
    add_config_options(parser)
    add_checkpoint_options(parser)
    return parser


def read_shard(text: str) -> tuple[int, int]:
    """Part and number of parts.

    Raises:
        InputError: If they are not two numbers, the first below the second.
    """
    part, parts = (parse_digits(number) for number in text.partition('/')[::2])
    if part is None or parts is None or part >= parts:
        raise InputError(f'--shard must be I/N with I from 0 to N - 1, such as 0/8, not {text}')
    return part, parts


def main(args: Namespace) -> None:
    part, parts = read_shard(args.shard)
    for name in ('views', 'batch_size'):
        if getattr(args, name) < 1:
            raise InputError(f'--{name.replace("_", "-")} must be at least 1, not {getattr(args, name)}')
    check_output_folder(args.store, 'STORE')
    config = read_config(args.config, args.cfg_options, use='labels')
    init_default_scope(config.get('default_scope', 'mmaction'))
    samples, transforms = training_set(config)
    device = torch.device(args.device or default_device())

    settings = copy.deepcopy(config.model)
    settings.backbone.init_cfg = None
    model = MODELS.build(settings)
    teacher, preprocessor = model.teacher(), model.data_preprocessor.to(device)
    views = Views(transforms, args.seed)
    num_top = model.cls_head.loss_cls.num_top

    def clips_of(batch: dict) -> torch.Tensor:
        return preprocessor(batch)['inputs'].flatten(0, 1)

    # Labels have the grid of the student, or that of the teacher if it has fewer frames.
    first = clips_of(pseudo_collate([views(samples.prepare_data(0), 0)]))
    with torch.device('meta'):
        grid = MODELS.build(settings.backbone)(torch.empty(first.shape)).shape[2:]
    labels = teacher.label(first, grid, num_top, preprocessor)
    about = dict(
        describe(config, samples, transforms),
        grid=labels.grid,
        num_top=labels.values.shape[-1],
        num_views=args.views,
        seed=args.seed,
        teacher=dict(config.model.teacher),
    )
    store = TokenLabelStore.create(args.store, about)
    todo = [int(row) for row in np.flatnonzero(store.arrays().done == 0) if row % parts == part]
    loader = DataLoader(
        Rows(samples, views, args.views, todo),
        batch_size=args.batch_size,
        num_workers=config.train_dataloader.get('num_workers', 0),
        collate_fn=pseudo_collate,
    )
    bar = (TextColumn('{task.description}'), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        with Progress(*bar) as progress:
            task = progress.add_task('labelling views', total=len(todo))
            for count, batch in enumerate(loader, start=1):
                rows = batch.pop('row')
                store.write(rows, *teacher.label(clips_of(batch), grid, num_top, preprocessor))
                if count % FLUSH_EVERY == 0:
                    store.flush()
                progress.advance(task, len(rows))
    finally:
        store.flush()
    print(f'{args.store} has {args.views} views of each of {len(samples)} videos')
    print(f'next: python tools/train.py {args.config} --token-labels {args.store}')


if __name__ == '__main__':
    run(main, build_parser())
