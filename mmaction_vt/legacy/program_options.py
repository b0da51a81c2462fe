"""Options of the programs of mmaction 0.x, and those of mmaction2 1.x that have another name here."""

import os
from argparse import SUPPRESS, Action, ArgumentParser, Namespace
from collections.abc import Callable
from typing import Any, NamedTuple

from ..errors import InputError
from .notes import say

TITLE = 'options of mmaction 0.x and mmaction2'


class Legacy(NamedTuple):
    """An old option.

    Attributes:
        flags: Its names; a name without dashes is a positional argument.
        says: The message when it is given, or why it is refused; ``{value}`` stands for its value.
        to: The argument of the program that is set.
        key: The config key that is set.
        nargs: As for ``add_argument``.
        choices: Likewise.
        check: A function that checks the value.
        refused: Whether there is no counterpart.
    """

    flags: tuple[str, ...]
    says: str
    to: str | None = None
    key: str | None = None
    nargs: int | str | None = 0
    choices: tuple[str, ...] | None = None
    check: Callable[[str | None, Any], None] | None = None
    refused: bool = False


def check_count(flag: str | None, value: object) -> None:
    """Check that one process gets one GPU."""
    if value != '1':
        raise InputError(
            f'{flag} {value}: a process uses one GPU; tools/dist_train.sh and tools/dist_test.sh take their number'
        )


def choose_gpu(flag: str | None, value: str | list[str]) -> None:
    """Make only one GPU visible to the process."""
    values = value if isinstance(value, list) else [value]
    if len(values) > 1:
        check_count(flag, ' '.join(values))
    os.environ['CUDA_VISIBLE_DEVICES'] = values[0]


LAUNCHING = (
    Legacy(('--gpus',), 'a process has one GPU', nargs=None, check=check_count),
    Legacy(('--gpu-ids', '--gpu-id'), 'CUDA_VISIBLE_DEVICES is {value}', nargs='+', check=choose_gpu),
    Legacy(('--local_rank',), '', to='local_rank', nargs=None),
)
METRICS = 'metrics and their options are test_evaluator of the config'
DRAWN = 'demo/demo.py --out-filename draws the predictions of a video'
BY_PROGRAM = {
    'train': (
        Legacy(('--validate',), 'validation is on by default; --no-validate turns it off'),
        Legacy(('--resume-from',), '--resume-from is --resume {value} here', to='resume', nargs=None),
        Legacy(('--test-last', '--test-best'), 'tools/test.py tests a checkpoint of the work dir', refused=True),
        Legacy(
            ('--diff-seed', '--diff-rank-seed'),
            'each process has a seed of its own: randomness.diff_rank_seed=True',
            key='randomness.diff_rank_seed',
        ),
        *LAUNCHING,
    ),
    'test': (
        Legacy(
            ('--average-clips',),
            'model.cls_head.average_clips is {value}',
            key='model.cls_head.average_clips',
            nargs=None,
            choices=('prob', 'score'),
        ),
        Legacy(('--fuse-conv-bn',), 'these models have no convolution with a BatchNorm behind it'),
        Legacy(('--gpu-collect',), 'results are always gathered through the network'),
        Legacy(('--tmpdir',), 'results are always gathered through the network', nargs=None),
        Legacy(('--dump',), '--dump is --out {value} here', to='out', nargs=None),
        Legacy(('--eval-options', '--options', '--out-options'), METRICS, nargs='+', refused=True),
        Legacy(('--onnx', '--tensorrt'), 'tools/deployment/export.py exports models', refused=True),
        Legacy(('--show', '--show-dir', '--interval', '--wait-time'), DRAWN, nargs='?', refused=True),
        *LAUNCHING,
    ),
    'demo': (
        Legacy(('label',), 'the label file is --label-file {value} here', to='label_file', nargs='?'),
        Legacy(('--font-scale', '--font-color'), 'names are drawn below the frames, as large as fits', nargs=None),
        Legacy(('--target-resolution',), 'the video is drawn 400 pixels wide', nargs=2),
        Legacy(('--resize-algorithm',), 'frames are resized bicubically', nargs=None),
        Legacy(('--use-frames',), 'demo/demo_gradcam.py --use-frames takes a folder of frames', refused=True),
    ),
    'long_video': (
        Legacy(('label',), 'the label file is --label-file {value} here', to='label_file', nargs='?'),
        Legacy(('out_file',), 'the output is --out-filename {value} here', to='out_filename', nargs='?'),
        Legacy(('--label',), 'the label file is --label-file {value} here', to='label_file', nargs=None),
        Legacy(('--label-color', '--msg-color'), 'each class has a colour of its own', nargs='+'),
    ),
}
LISTS = ('label_file', 'out_filename')  # arguments that take several values


class TakeLegacy(Action):
    """Print the new name of an option, and set it."""

    def __init__(self, *args: Any, entry: Legacy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entry = entry

    def __call__(self, parser: ArgumentParser, args: Namespace, value: Any, flag: str | None = None) -> None:
        entry = self.entry
        if entry.refused:
            raise InputError(f'{flag} has no counterpart here: {entry.says}')
        if entry.check is not None:
            entry.check(flag, value)
        if value is None:  # a positional argument that was not given
            return
        if entry.to in LISTS:
            values = getattr(args, entry.to)
            setattr(args, entry.to, [*(values or ()), value])
        elif entry.to is not None:
            setattr(args, entry.to, value)
        if entry.key is not None:
            args.cfg_options = {**(args.cfg_options or {}), entry.key: True if entry.nargs == 0 else value}
        if entry.says:
            shown = ' '.join(value) if isinstance(value, list) else value
            say(f'{flag or entry.flags[0]}: {entry.says.format(value=shown)}')


def add_legacy_options(parser: ArgumentParser, program: str) -> None:
    """Add the old options to a program.

    Args:
        parser: Parser of the program, with all of its own arguments.
        program: ``train``, ``test``, ``demo`` or ``long_video``.
    """
    group = parser.add_argument_group(TITLE, 'Accepted and translated, or refused with what replaces them.')
    for entry in BY_PROGRAM[program]:
        options: dict[str, Any] = dict(action=TakeLegacy, entry=entry, nargs=entry.nargs, default=SUPPRESS)
        if entry.choices:
            options['choices'] = entry.choices
        text = entry.says.replace('{value}', '...').replace('%', '%%')
        group.add_argument(*entry.flags, help=text or SUPPRESS, **options)
