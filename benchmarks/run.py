"""Measure everything in ``RESULTS.md`` again: ``python benchmarks/run.py``, or ``make bench``.

Each measured part of that page stands between two comments, the first of which names the command. A part is replaced as
soon as its command has ended, so that an interrupt loses nothing; if the command fails, the part is unchanged, and so
is the part of a GPU on a machine without one. Text between the parts is written by hand. A bar chart of forward passes
and training steps is drawn from the tables.

    python benchmarks/run.py --only gpu.py --printed FILE

puts in what the command printed on another machine.
"""

import re
import shlex
import subprocess
import sys
from argparse import ArgumentParser
from itertools import zip_longest
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from rich.console import Console

from mmaction_vt.utils.files import write_atomically

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / 'benchmarks' / 'RESULTS.md'
CHART = ROOT / 'docs' / 'images' / 'speed.png'
PART = re.compile(r'<!-- measured by (?P<command>.+?) -->\n(?P<text>.*?)<!-- end -->', re.DOTALL)
OURS = 'mmaction_vt'
FOR_GPUS = ('gpu.py', 'short_attention.py')
# Title, start of the command, start of the row, and the code that is compared with.
BARS = [
    ('TimeSformer-B, forward', 'timesformer.py', 'forward, float32', 'transformers'),
    ('TimeSformer-B, training step', 'timesformer.py', 'training step', 'transformers'),
    ('ViViT-B, forward', 'vivit.py', 'forward', 'transformers'),
    ('ViViT-B, training step', 'vivit.py', 'training step', 'transformers'),
    ('Motionformer-B, forward', 'motionformer.py', 'forward | published', 'plain formulation'),
    ('Motionformer-B, training step', 'motionformer.py', 'training step | published', 'plain formulation'),
    ('DualFormer-S, forward', 'dualformer.py', 'small | forward', 'plain formulation'),
    ('DualFormer-S, training step', 'dualformer.py', 'small | training step', 'plain formulation'),
    ('VideoMAE-B, forward', 'videomae.py --runs', 'forward', 'transformers'),
    ('V-JEPA 2 L, forward', 'videomae.py --model', 'forward', 'transformers'),
]


def measure(command: str) -> str:
    """The output of a benchmark, below its command.

    Raises:
        subprocess.CalledProcessError: If it fails.
    """
    program, *options = shlex.split(command)
    words = [sys.executable, str(ROOT / 'benchmarks' / program), *options]
    printed = subprocess.run(words, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout
    return below_command(command, printed)


def below_command(command: str, printed: str) -> str:
    """A part of the page: a command and what it printed."""
    return f'    python benchmarks/{command}\n\n{layout(printed)}\n'


def lacks_gpu(command: str) -> bool:
    """Whether a command measures a GPU and there is none."""
    if not command.startswith(FOR_GPUS) or '--device cpu' in command:
        return False
    import torch

    return not torch.cuda.is_available()


def layout(printed: str) -> str:
    """Printed lines without logs, with blank lines between tables and sentences."""
    kept = [line.rstrip() for line in printed.splitlines() if line.strip() and ' - mmengine - ' not in line]
    lines: list[str] = []
    for line, below in zip_longest(kept, kept[1:], fillvalue=''):
        if lines:
            in_table, was_in_table = line.startswith('|'), lines[-1].startswith('|')
            new_table = below.startswith('| ---') or line.count('|') != lines[-1].count('|')
            if in_table != was_in_table or (in_table and new_table):
                lines.append('')
        lines.append(line)
    return '\n'.join(lines)


def seconds_of(text: str, start: str, row: str) -> dict[str, float]:
    """Seconds by code, from the float32 rows of a part's tables that start with given cells."""
    found = {}
    for part in PART.finditer(text):
        if not part['command'].startswith(start):
            continue
        for line in part['text'].splitlines():
            if line.startswith(f'| {row}') and 'bfloat16' not in line:
                cells = [cell.strip() for cell in line.strip('|').split('|')]
                code = next(index for index, cell in enumerate(cells) if re.fullmatch(r'\d+\.\d\d', cell)) - 1
                found.setdefault(cells[code], float(cells[code + 1]))
    return found


def draw(text: str) -> None:
    """Draw a bar chart of our time relative to the others'.

    Raises:
        ValueError: If a bar's row is in no table.
    """
    labels, ratios = [], []
    for title, start, row, other in BARS:
        seconds = seconds_of(text, start, row)
        theirs = next((value for code, value in seconds.items() if code.startswith(other)), None)
        if theirs is None or OURS not in seconds:
            raise ValueError(f'{RESULTS.name} has no row "{row}" of {start} for both {OURS} and {other}')
        labels.append(f'{title}\n({other} = 1)')
        ratios.append(seconds[OURS] / theirs)
    figure, axes = plt.subplots(figsize=(8, 0.55 * len(BARS) + 0.9), layout='constrained')
    style(axes, labels, ratios)
    CHART.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(CHART, dpi=100)
    plt.close(figure)


def style(axes: Axes, labels: list[str], ratios: list[float]) -> None:
    axes.barh(labels, ratios, color='#2a7fce', height=0.6)
    white = dict(facecolor='white', edgecolor='none', pad=1)  # over the line at 1
    axes.bar_label(axes.containers[0], [f'{ratio:.2f}' for ratio in ratios], padding=4, bbox=white)
    axes.axvline(1, color='#555555', linewidth=1)
    axes.text(
        1, 1.01, 'the other code', color='#555555', ha='center', va='bottom', transform=axes.get_xaxis_transform()
    )
    axes.set_xlim(0, 1.1)
    axes.invert_yaxis()
    axes.set_xlabel('time of mmaction_vt in units of the other code: lower is better\nfloat32, two CPU threads')
    axes.spines[['top', 'right']].set_visible(False)


def main() -> None:
    parser = ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--only', nargs='+', metavar='NAME', help='only commands that start with these words')
    parser.add_argument('--chart', action='store_true', help='measure nothing, draw the chart')
    parser.add_argument(
        '--printed', type=Path, metavar='FILE', help='measure nothing, take what the one command printed'
    )
    args = parser.parse_args()
    console = Console(stderr=True)
    commands = [part['command'] for part in PART.finditer(RESULTS.read_text())]
    wanted = [command for command in commands if not args.only or command.startswith(tuple(args.only))]
    if not wanted:
        sys.exit(f'error: --only {" ".join(args.only)} matches none of: {", ".join(commands)}')
    if args.printed:
        if len(wanted) != 1:
            sys.exit(f'error: --printed is for one command; --only chooses {len(wanted)}')
        replace(wanted[0], below_command(wanted[0], args.printed.read_text()))
        wanted = []
    failed = []
    for number, command in enumerate([] if args.chart else wanted, start=1):
        console.rule(f'{number} of {len(wanted)}: {command}')
        if lacks_gpu(command):
            console.print(f'skipped: there is no CUDA device; its part of {RESULTS.name} is unchanged')
            continue
        try:
            text = measure(command)
        except subprocess.CalledProcessError as error:
            console.print(f'failed with status {error.returncode}; its part of {RESULTS.name} is unchanged')
            failed.append(command)
            continue
        replace(command, text)
    draw(RESULTS.read_text())
    if failed:
        sys.exit(f'error: failed: {"; ".join(failed)}')


def replace(command: str, text: str) -> None:
    """Replace a measured part of the page."""

    def new(part: re.Match) -> str:
        same = part['command'] == command
        return f'<!-- measured by {command} -->\n{text}<!-- end -->' if same else part.group()

    write_atomically(RESULTS, PART.sub(new, RESULTS.read_text()))


if __name__ == '__main__':
    main()
