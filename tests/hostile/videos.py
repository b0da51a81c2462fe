"""Hostile videos: each bad file with each program that reads videos."""

import csv
import random
from collections.abc import Callable, Iterator
from pathlib import Path

from hostile.case import Case
from hostile.good import Good
from hostile.video_files import Bad, bad_files

# Protocols and paths instead of files.
ARGUMENTS = (
    *('http://127.0.0.1:9/a.mp4', 'https://127.0.0.1:9/a.mp4', 'file:///etc/passwd', 'pipe:0', 'pipe:', '-', ''),
    *('data:video/mp4;base64,AAAA', 'concat:videos/0.mp4|videos/1.mp4', 'subfile,,start,0,end,100,,:videos/0.mp4'),
    *('rtsp://127.0.0.1:9/a', 'tcp://127.0.0.1:9?listen', 'crypto:videos/0.mp4', 'cache:videos/0.mp4', '/dev/stdin'),
    *(
        '/dev/zero',
        '/dev/urandom',
        '/proc/kmsg',
        '.',
        '/',
        '//',
        '/proc/self/root',
        'videos/../videos',
        'x' * 300,
        'x/' * 3000,
        'a\0b'[:1],
    ),
    *('videos/0.mp4/', 'videos/0.mp4/a', '~', '*', 'videos/%d.mp4', 'videos/*.mp4', 'lavfi:testsrc', '\udcff'),
)
# Pipelines as mmaction2's users write them, by the classes that open and decode a video.
PIPELINES = {
    'DecordInit': ('DecordInit', 'DecordDecode'),
    'OpenCVInit': ('OpenCVInit', 'OpenCVDecode'),
    'PyAVInit': ('PyAVInit', 'PyAVDecode'),
    'own DecordInit': ('mmaction_vt.DecordInit', 'mmaction_vt.DecordDecode'),
}
OTHER_CONFIG = """_base_ = 'config.py'
test_pipeline = [
    dict(type={opening!r}), dict(type='SampleFrames', clip_len=4, frame_interval=1, num_clips=1, test_mode=True),
    dict(type={decoding!r}), dict(type='Resize', scale=(-1, 32)), dict(type='CenterCrop', crop_size=32),
    dict(type='FormatShape', input_format='NCTHW'), dict(type='PackActionInputs')]
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
"""
OTHER_BACKEND = """_base_ = 'config.py'
test_pipeline = [
    dict(type='mmaction_vt.VideoToClips', crop='center', short_side=32, size=32, backend={backend!r},
         sampling=dict(type='SampleFrames', clip_len=4, frame_interval=1, num_clips=1, test_mode=True)),
    dict(type='PackActionInputs')]
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
"""


def has_torchcodec() -> bool:
    """Whether torchcodec and FFmpeg's libraries are installed."""
    try:
        import torchcodec.decoders  # noqa: F401
    except (ImportError, RuntimeError, OSError):
        return False
    return True


OTHERS = {
    **{name: OTHER_CONFIG.format(opening=steps[0], decoding=steps[1]) for name, steps in PIPELINES.items()},
    **{
        backend: OTHER_BACKEND.format(backend=backend)
        for backend in ('decord', *(['torchcodec'] if has_torchcodec() else []))
    },
}


def cases(rng: random.Random, good: Good) -> Iterator[Case]:
    """Endless: every bad file with every program, in random order, and again with other random numbers."""
    turn = 0
    while True:
        bads = list(bad_files())
        pairs = [(bad, program) for bad in bads for program in PROGRAMS]
        rng.shuffle(pairs)
        for place, (bad, program) in enumerate(pairs):
            if turn == 0 and place % 20 == 0 and place // 20 < len(ARGUMENTS):
                yield argument_case(ARGUMENTS[place // 20], place // 20, good)
            yield PROGRAMS[program](bad, f'{bad.name}, {program}, {turn}', rng.randrange(2**32), good)
        turn += 1


def argument_case(argument: str, number: int, good: Good) -> Case:
    argv = ('tools/predict.py', good.config, good.checkpoint, argument, '--out', 'out.csv', '--workers', '0')
    return Case(f'argument {number}: {argument[:40]!r}', argv, keep=good.names())


def writer(bad: Bad, seed: int, good: Good, where: str = '', config: str | None = None) -> Callable[[Path], None]:
    """Writes the file, and a config if there is one."""

    def make(folder: Path) -> None:
        content = (folder / good.video).read_bytes()
        (folder / where).mkdir(exist_ok=True)
        bad.write(folder / where / bad.file, content, random.Random(seed))
        if config is not None:
            (folder / 'other.py').write_text(config)

    return make


def demo(bad: Bad, name: str, seed: int, good: Good) -> Case:
    file = bad.file if not bad.file.startswith('-') else f'./{bad.file}'
    argv = ('demo/demo.py', good.config, good.checkpoint, file)
    return Case(name, argv, writer(bad, seed, good), must_fail=bad.readable is False, keep=good.names())


def gradcam(bad: Bad, name: str, seed: int, good: Good) -> Case:
    argv = ('demo/demo_gradcam.py', good.config, good.checkpoint, bad.file, '--out-filename', 'out.gif')
    return Case(name, argv, writer(bad, seed, good), must_fail=bad.readable is False, keep=good.names())


def predict(config: str | None = None, workers: int = 0) -> Callable[[Bad, str, int, Good], Case]:
    """A bad video between two good ones, which must get their rows."""

    def case(bad: Bad, name: str, seed: int, good: Good) -> Case:
        def check(folder: Path, output: str) -> str | None:
            if not (folder / 'out.csv').exists():  # a video that is given, and is no file, is refused at once
                return (
                    None if 'error: input ' in output or 'does not exist' in output else f'no out.csv: {output[-300:]}'
                )
            with (folder / 'out.csv').open(newline='') as file:
                rows = list(csv.DictReader(file))
            failed = [row['video'] for row in rows if row['error']]
            wrong = len(rows) != 3 and not (folder / bad.file).is_dir()
            if wrong or {good.videos[0], good.videos[1]} & {*failed}:
                return f'rows {rows}'
            if bad.readable is False and len(failed) != len(rows) - 2:
                return 'the bad video was read'
            return 'the odd video was not read' if bad.readable and config is None and failed else None

        settings = good.config if config is None else 'other.py'
        argv = ('tools/predict.py', settings, good.checkpoint, good.videos[0], bad.file, good.videos[1])
        options = ('--out', 'out.csv', '--workers', str(workers), '--timeout', '20')
        make = writer(bad, seed, good, config=config)
        return Case(name, (*argv, *options), make, must_fail=False, keep=good.names(), check=check)

    return case


def listed(program: str, config: str | None = None) -> Callable[[Bad, str, int, Good], Case]:
    """A bad video among four good ones in a list, for testing and training."""

    def case(bad: Bad, name: str, seed: int, good: Good) -> Case:
        write = writer(bad, seed, good, good.videos_dir, config)

        def make(folder: Path) -> None:
            write(folder)
            try:
                lines = (folder / good.list).read_text().splitlines()
                (folder / good.list).write_text('\n'.join([*lines[:2], f'{bad.file} 0', *lines[2:]]) + '\n')
            except UnicodeEncodeError:
                (folder / good.videos_dir / bad.file).rename(folder / good.videos_dir / 'bad.mp4')
                (folder / good.list).write_text('\n'.join([*lines[:2], 'bad.mp4 0', *lines[2:]]) + '\n')

        def check(folder: Path, output: str) -> str | None:
            plain = not any(mark in bad.file for mark in '\n\r\t') and bad.file == bad.file.strip()
            if not plain:
                return None
            if 'error:' in output:
                return f'the run ended: {output[-300:]}'
            if program == 'test' and bad.readable is False and 'broken and count as wrong' not in output:
                return 'the bad video was read'
            return None

        settings = good.config if config is None else 'other.py'
        argv = ('tools/test.py', settings, good.checkpoint)
        if program == 'train':
            argv = ('tools/train.py', settings, '--cfg-options', 'default_hooks.broken_videos.max_share=1.0')
        return Case(name, argv, make, must_fail=False, keep=good.videos, check=check)

    return case


def tool(*argv: str, report: str) -> Callable[[Bad, str, int, Good], Case]:
    """A program for a folder of videos; its report lists the bad ones."""

    def case(bad: Bad, name: str, seed: int, good: Good) -> Case:
        write = writer(bad, seed, good, 'folder')

        def make(folder: Path) -> None:
            write(folder)
            (folder / 'folder' / 'good.mp4').write_bytes((folder / good.video).read_bytes())

        def check(folder: Path, output: str) -> str | None:
            path = folder / report
            text = path.read_text(errors='replace') if path.exists() else ''
            if 'good.mp4' in text:
                return 'the good video is reported'
            return 'the bad video is not reported' if bad.readable is False and 'bad' in bad.file and not text else None

        own = tuple(part.format(folder='folder') for part in argv)
        found = bad.file.endswith(('.mp4', '.mkv', '.avi')) and bad.name != 'folder'
        return Case(name, own, make, must_fail=False, keep=good.names(), check=check if found else None)

    return case


PROGRAMS: dict[str, Callable[[Bad, str, int, Good], Case]] = {
    'demo': demo,
    'gradcam': gradcam,
    'predict': predict(),
    'predict in a worker': predict(workers=1),
    'test': listed('test'),
    'train': listed('train'),
    'check_videos': tool('tools/data/check_videos.py', '{folder}', '--workers', '1', report='broken.txt'),
    'resize_videos': tool('tools/data/resize_videos.py', '{folder}', 'out', '--workers', '1', report='out/failed.txt'),
    **{f'predict, {name}': predict(config) for name, config in OTHERS.items()},
    **{f'test, {name}': listed('test', config) for name, config in OTHERS.items()},
}
