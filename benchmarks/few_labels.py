"""Few labels with and without masked pre-training: ``python benchmarks/few_labels.py moving_shapes``.

Pre-trains on all clips of ``data/moving_shapes`` or ``data/people`` without their labels, then trains on a few labelled
clips of each class, with the same config, labels and seed: from scratch with the published initialisation and with the
package's ``FromScratch``, and from the pre-trained model. The accuracy is that of the last epoch. A comparison that was
interrupted is resumed where it stopped.
"""

import json
import os
import statistics
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

import numpy as np
from measure import describe_machine
from rich.console import Console

ROOT = Path(__file__).parents[1]
LABELS = {'moving_shapes': 16, 'people': 8}  # labelled clips of a class
STARTS = {'published': 'published initialisation', 'scratch': 'FromScratch', 'pretrained': 'pre-trained'}


def write_few(labelled: Path, out: Path, count: int, seed: int) -> None:
    """Write a list of ``count`` clips of each class of a list."""
    lines = labelled.read_text().splitlines()
    classes = np.array([int(line.rpartition(' ')[2]) for line in lines])
    order = np.random.default_rng(seed).permutation(len(lines))
    few = sorted(index for label in np.unique(classes) for index in order[classes[order] == label][:count])
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(''.join(f'{lines[index]}\n' for index in few))


def train(config: str, work_dir: Path, **settings: object) -> None:
    """Train, or resume; what was finished is left as it is."""
    done = work_dir / 'done'
    if done.is_file():
        return
    options = [f'{key}={value}' for key, value in settings.items()]
    command = [sys.executable, 'tools/train.py', config, '--work-dir', str(work_dir)]
    if (work_dir / 'last_checkpoint').is_file():
        command.append('--resume')
    # So small a model trains faster on one core, while others read videos.
    environment = {'OMP_NUM_THREADS': '1', **os.environ}
    subprocess.run([*command, '--cfg-options', *options], cwd=ROOT, check=True, env=environment)
    done.touch()


def accuracy(work_dir: Path) -> float:
    """Top-1 accuracy of the last validation of a training, in percent."""
    logs = sorted(work_dir.glob('*/vis_data/scalars.json'))
    rows = [json.loads(line) for log in logs for line in log.read_text().splitlines()]
    return 100 * next(row['acc/top1'] for row in reversed(rows) if 'acc/top1' in row)


def compare(args: Namespace) -> list[tuple[int, ...]]:
    """Seed, and the accuracy of each of ``STARTS``."""
    data, out = (
        Path(args.data_root or f'data/{args.data}').resolve(),
        Path(args.work_dir or f'work_dirs/few_{args.data}'),
    )
    videos = {f'{part}_dataloader.dataset.data_prefix.video': data for part in ('train', 'val', 'test')}
    lists = {f'{part}_dataloader.dataset.ann_file': data / 'val.txt' for part in ('val', 'test')}
    out, name = out.resolve(), f'configs/pretrain/videomae_{args.data}'
    before = {
        'train_dataloader.dataset.data_prefix.video': data,
        'train_dataloader.dataset.ann_file': data / 'train.txt',
    }
    train(f'{name}_pretrain.py', out / 'pretrain', **before)
    start = (out / 'pretrain' / 'last_checkpoint').read_text().strip()
    rows = []
    for seed in args.seeds:
        few = out / f'few_{seed}.txt'
        write_few(data / 'train.txt', few, args.labels or LABELS[args.data], seed)
        given = {**videos, **lists, 'train_dataloader.dataset.ann_file': few, 'randomness.seed': seed}
        found = []
        for kind in STARTS:
            initial = {'model.backbone.init_cfg': None} if kind == 'published' else {}
            source = start if kind == 'pretrained' else None
            train(f'{name}_finetune.py', out / f'{kind}_{seed}', **given, **initial, load_from=source)
            found.append(accuracy(out / f'{kind}_{seed}'))
        rows.append((seed, *found))
    return rows


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument('data', choices=sorted(LABELS))
    parser.add_argument('--data-root', help='folder of the data set (default: data/<data>)')
    parser.add_argument('--work-dir', help='where trainings go (default: work_dirs/few_<data>)')
    parser.add_argument('--labels', type=int, help='labelled clips of a class (default: 16 of shapes, 8 of people)')
    parser.add_argument('--seeds', type=int, nargs='+', default=[0, 1, 2])
    args = parser.parse_args()
    os.chdir(ROOT)
    rows = compare(args)
    console = Console(soft_wrap=True)
    console.print(describe_machine())
    console.print(f'| accuracy in %, seed | {" | ".join(STARTS.values())} |')
    console.print(f'| {" | ".join(["---"] * (1 + len(STARTS)))} |')
    means = (statistics.mean(row[1 + index] for row in rows) for index in range(len(STARTS)))
    for seed, *found in (*rows, ('mean', *means)):
        console.print(f'| {seed} | {" | ".join(f"{value:.1f}" for value in found)} |')


if __name__ == '__main__':
    main()
