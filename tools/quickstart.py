"""Generate a data set, train, test and visualise a small model: ``python tools/quickstart.py``.

Each step runs a program that also works with real data, and prints its command. Completed steps are not repeated: an
interrupted quickstart is resumed where it stopped.
"""

import json
import os
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path

import mmaction_vt.utils.program_start  # noqa: F401

from rich.console import Console
from rich.table import Table

from mmaction_vt.cli import run
from mmaction_vt.errors import InputError, check_one_of

BIN = '.venv/bin'
DATA = Path('data/moving_shapes')
FOLDER = 'configs/recognition/quickstart'
CONFIGS = {
    'timesformer': f'{FOLDER}/timesformer_divST_moving_shapes.py',
    'motionformer': f'{FOLDER}/motionformer_moving_shapes.py',
    'dualformer': f'{FOLDER}/dualformer_moving_shapes.py',
    'vivit': f'{FOLDER}/vivit_moving_shapes.py',
    'videomae': f'{FOLDER}/videomae_moving_shapes.py',
    'vjepa2': f'{FOLDER}/vjepa2_moving_shapes.py',
}
# What to try next: in words, and the config.
NEXT = {
    'timesformer': ('without time', f'{FOLDER}/timesformer_spaceonly_moving_shapes.py'),
    'motionformer': ('joint attention', f'{FOLDER}/motionformer_joint_moving_shapes.py'),
    'dualformer': ('token labelling', f'{FOLDER}/dualformer_tokenlabel_moving_shapes.py'),
    'vivit': ('the factorised encoder', f'{FOLDER}/vivit_fe_moving_shapes.py'),
    'videomae': ('rotary positions', f'{FOLDER}/vjepa2_moving_shapes.py'),
    'vjepa2': ('fixed positions', f'{FOLDER}/videomae_moving_shapes.py'),
}

console = Console(highlight=False)


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Generate a data set, train, test and visualise a small video transformer.')
    parser.add_argument('--model', default='timesformer', help=f'one of {", ".join(CONFIGS)} (default: %(default)s)')
    return parser


def call(*words: object) -> None:
    """Run a program of this repository and show the command."""
    words = [str(word) for word in words]
    console.print(f'\n[bold]python {" ".join(words)}[/bold]')
    done = subprocess.run([sys.executable, *words], env=environment(), check=False)
    if done.returncode:
        raise InputError(f'{words[0]} exited with status {done.returncode}; see its output above')


def environment() -> dict[str, str]:
    """The environment, with a thread per CPU for the model, less one for the data loader."""
    threads = max(1, min(4, (os.cpu_count() or 2) - 1))
    return {'OMP_NUM_THREADS': str(threads), **os.environ}


def best_checkpoint(work_dir: Path) -> Path | None:
    found = sorted(work_dir.glob('best_acc_top1_epoch_*.pth'))
    return found[-1] if found else None


def is_trained(work_dir: Path) -> bool:
    """Whether training is complete."""
    return (work_dir / 'finished').is_file()


def held_out_video() -> tuple[Path, str]:
    """The first held-out video and the name of its class."""
    name, label = (DATA / 'val.txt').read_text(encoding='utf-8').splitlines()[0].rsplit(' ', 1)
    return DATA / name, (DATA / 'labels.txt').read_text(encoding='utf-8').splitlines()[int(label)]


def main(args: Namespace) -> None:
    check_one_of('--model', args.model, CONFIGS)
    config = CONFIGS[args.model]
    work_dir = Path('work_dirs') / Path(config).stem
    start = time.monotonic()

    call('tools/data/moving_shapes.py', DATA)
    if not is_trained(work_dir):
        call('tools/train.py', config, '--resume')
        (work_dir / 'finished').touch()
    checkpoint, report = best_checkpoint(work_dir), work_dir / 'test.json'
    call('tools/test.py', config, checkpoint, '--eval', 'top_k_accuracy', '--out', report)
    video, label = held_out_video()
    picture = work_dir / 'demo.gif'
    call('demo/demo.py', config, checkpoint, video, '--out-filename', picture, '--overwrite')
    gallery = work_dir / 'gallery.gif'
    call('tools/analysis/draw_gallery.py', report, gallery, '--overwrite')

    minutes = (time.monotonic() - start) / 60
    table = Table(title=f'Done in {minutes:.1f} minutes', show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow='fold')
    accuracy = json.loads(report.read_text(encoding='utf-8'))['metrics']['acc/top1']
    table.add_row('top-1 on held-out videos', f'{100 * accuracy:.1f} %')
    table.add_row('checkpoint', str(checkpoint))
    table.add_row('a video per class', str(gallery))
    table.add_row(f'a video of "{label}"', str(picture))
    table.add_row('scores of all videos', str(report))
    words, next_config = NEXT[args.model]
    table.add_row(f'next: {words}', f'{BIN}/python tools/train.py {next_config}')
    table.add_row('next: your own videos', 'README.md, "Your own videos"')
    console.print(table)


if __name__ == '__main__':
    run(main, build_parser())
