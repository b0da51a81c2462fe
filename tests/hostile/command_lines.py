"""Bad command lines: options with values that they cannot have, and arguments that are missing or name nothing."""

import os
import random
import runpy
import sys
from argparse import Action, ArgumentParser
from collections.abc import Iterator
from pathlib import Path

from forked_programs import ROOT

from hostile.case import Case
from hostile.good import Good

NOT_NUMBERS = (
    *(
        'nan',
        'NaN',
        'inf',
        '-inf',
        'infinity',
        '1e400',
        '-1e400',
        '0_1',
        '1_000',
        '\u0661',
        '\uff11',
        '\u00b2',
        '',
        ' ',
    ),
    *(
        '0x10',
        '0b1',
        '1e',
        '1,5',
        '1 2',
        '--1',
        '+-1',
        '9' * 30,
        '9' * 5000,
        '-' + '9' * 30,
        'one',
        'None',
        'True',
        '1j',
    ),
    *('1;2', '1\n2', '\x1b[31m1', os.fsdecode(b'\xff')),
)
NOT_INTEGERS = (*NOT_NUMBERS, '1.5', '1.0', '1e3', '.5')
NOT_PATHS = (
    *('', ' ', '.', '..', '/dev/null', 'nowhere/at/all', '~', 'a' * 300, 'a' * 5000, '\u0661', 'two\nlines', '-'),
    *(
        '\x1b[31mred',
        os.fsdecode(b'\xff\xfe'),
        'http://',
        'file:///etc/passwd',
        'a\tb',
        '*',
        '{}',
        '%s',
        '$HOME',
        '@list.txt',
    ),
)
NOT_CHOICES = ('', 'nope', 'NONE', '\u0661', 'two\nlines', '0', os.fsdecode(b'\xff'))
NOT_OPTIONS = ('--', '--nope', '--=', '-x', '---', '--top_k', '-', '--cfg-options', os.fsdecode(b'--\xff'))
NOT_SETTINGS = (
    '=',
    'a',
    '=1',
    'model',
    'model.=1',
    '.model=1',
    'model..backbone=1',
    'nope=1',
    'a' * 3000 + '=1',
    '[=(',
)


def programs(good: Good) -> dict[str, tuple[str, ...]]:
    """Programs, each with arguments that are right."""
    model = (good.config, good.checkpoint)
    return {
        'tools/train.py': (good.config, '--work-dir', 'trained'),
        'tools/test.py': model,
        'tools/predict.py': (*model, good.video, '--out', 'out.csv', '--workers', '0'),
        'tools/extract_features.py': (*model, good.video, '--out', 'features', '--num-workers', '0'),
        'tools/search_features.py': ('nope', good.video),
        'tools/features_to_actionformer.py': ('nope', 'layout'),
        'tools/convert_checkpoint.py': (good.checkpoint, 'converted.pth'),
        'tools/convert_yaml.py': ('nope.yaml', '--out', 'converted.py'),
        'tools/deployment/export.py': (*model, '--out', 'model.pt2'),
        'tools/analysis/draw_curves.py': ('nope.json', 'curves.png'),
        'tools/analysis/draw_gallery.py': ('nope.json', 'gallery.gif'),
        'tools/analysis/draw_results.py': ('nope.json', 'drawn'),
        'tools/analysis/draw_reconstruction.py': (*model, good.video, '--out-filename', 'drawn.gif'),
        'tools/analysis/draw_token_labels.py': (*model, good.video, '--out-filename', 'labels.gif'),
        'tools/analysis/get_flops.py': (good.config,),
        'tools/analysis/calibrate.py': (good.config, 'nope.json', '--out', 'calibration.json'),
        'tools/analysis/tune_thresholds.py': (good.config, 'nope.json', '--out', 'thresholds.json'),
        'tools/data/build_list.py': (good.videos_dir, 'lists'),
        'tools/data/check_videos.py': (good.list, '--root', good.videos_dir, '--out', 'broken.txt', '--workers', '1'),
        'tools/data/make_shards.py': (good.list, good.videos_dir, 'shards'),
        'tools/data/resize_videos.py': (good.videos_dir, 'small', '--workers', '1'),
        'tools/data/kinetics.py': (good.list, good.videos_dir, 'kinetics.txt'),
        'tools/data/mit.py': (good.list, good.labels, good.videos_dir, 'mit.txt'),
        'tools/data/token_labels.py': (good.config, 'store'),
        'tools/data/moving_shapes.py': ('shapes', '--train', '1', '--val', '1', '--workers', '1'),
        'tools/data/long_shapes.py': ('long.mp4', '--seconds', '2'),
        'demo/demo.py': (*model, good.video),
        'demo/long_video_demo.py': (*model, good.video, '--out-filename', 'long.json'),
        'demo/demo_spatiotemporal_det.py': (
            *model,
            '--video',
            good.video,
            '--boxes',
            'nope.csv',
            '--out-filename',
            'boxes.mp4',
        ),
        'demo/demo_gradcam.py': (*model, good.video, '--out-filename', 'map.gif'),
        'demo/webapp.py': (*model,),
        'demo/webcam_demo.py': (*model, good.video, '--headless'),
    }


def cases(rng: random.Random, good: Good) -> Iterator[Case]:
    """An option of a program with a bad value, or a bad argument, in random order and without end."""
    parsers = {program: parser_of(program) for program in programs(good)}
    while True:
        program, argv = rng.choice(list(programs(good).items()))
        kind = rng.choice((of_option, of_option, of_option, of_argument, of_arguments))
        case = kind(rng, program, argv, parsers[program])
        if case is not None:
            yield case


def parser_of(program: str) -> ArgumentParser:
    """The parser of a program, which is imported for that."""
    path = sys.path.copy()
    sys.path.insert(0, str((ROOT / program).parent))
    try:
        return runpy.run_path(str(ROOT / program))['build_parser']()
    finally:
        sys.path[:] = path


def is_number(action: Action) -> str | None:
    """Whether the values of an option are integers or numbers."""
    if action.type in (None, str, Path):
        return None
    try:
        value = action.type('1')
    except Exception:  # noqa: BLE001  of an option whose least value is greater
        return 'integer'
    if isinstance(value, int):
        return 'integer'
    return 'number' if isinstance(value, float) else None


def of_option(rng: random.Random, program: str, argv: tuple[str, ...], parser: ArgumentParser) -> Case | None:
    """A bad value of an option."""
    options = [
        action for action in parser._actions if action.option_strings and action.dest not in ('help', 'traceback')
    ]
    action = rng.choice(options)
    flag = action.option_strings[0]
    number = is_number(action)
    if action.nargs == 0:
        words, fails = (f'{flag}=1',), True
    elif number:
        count = action.nargs if isinstance(action.nargs, int) else 1
        bad = rng.choice(NOT_INTEGERS if number == 'integer' else NOT_NUMBERS)
        words, fails = (flag, *(['1'] * (count - 1)), bad), True
        if rng.random() < 0.3 and count == 1:
            words = (f'{flag}={bad}',)
    elif action.choices:
        words, fails = (flag, rng.choice(NOT_CHOICES)), True
    elif flag == '--cfg-options':
        words, fails = (flag, rng.choice(NOT_SETTINGS)), True
    else:
        if program == 'demo/webapp.py':  # which serves until it is stopped, if the value is accepted
            return None
        words, fails = (flag, rng.choice(NOT_PATHS)), False
    return Case(f'{program}: {short(words)}', (program, *argv, *words), must_fail=fails, seconds=120)


def of_argument(rng: random.Random, program: str, argv: tuple[str, ...], parser: ArgumentParser) -> Case:
    """A positional argument that names nothing that is there."""
    index = rng.randrange(len([word for word in argv if not word.startswith('--')]))
    inputs = {'config.py', 'checkpoint.pth', 'list.txt', 'videos', 'videos/0.mp4', 'nope.json', 'nope.yaml'}
    bad = rng.choice(NOT_PATHS)
    changed = (*argv[:index], bad, *argv[index + 1 :])
    fails = argv[index] in inputs and bad not in ('.', '-') and not bad.startswith('/')
    return Case(f'{program}: argument {index} is {short((bad,))}', (program, *changed), must_fail=fails, seconds=120)


def of_arguments(rng: random.Random, program: str, argv: tuple[str, ...], parser: ArgumentParser) -> Case:
    """Unknown options, too few arguments or none."""
    what = rng.randrange(3)
    if what == 0:
        word = rng.choice(NOT_OPTIONS)
        fails = word not in ('--', '-')
        return Case(f'{program}: with {short((word,))}', (program, *argv, word), must_fail=fails, seconds=120)
    left = argv[:0] if what == 1 else argv[1:2]
    return Case(f'{program}: only {short(left)}', (program, *left), seconds=120)


def short(words: tuple[str, ...]) -> str:
    text = ascii(' '.join(words))
    return text if len(text) < 60 else f'{text[:40]}...{len(text)}'
