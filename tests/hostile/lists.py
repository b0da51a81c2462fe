"""Text files that are not as they should be: lists of videos and files of class names."""

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from hostile.case import Case
from hostile.good import Good

Make = Callable[[Path], None]

NOT_LABELS = (
    *('0_1', '\u0661', '\uff11', '\u00b2', '1.0', '+1', '-1', '2', '99', '1e0', 'one', 'nan', '0x1', '--1', '9' * 30),
    *('9' * 5000, 'True', '1;', '\u221e', '1\x00', '\ufeff1'),
)
# Content that is right, whose lines end or begin otherwise.
FINE = {
    'byte order mark': lambda text: b'\xef\xbb\xbf' + text.encode(),
    'CRLF': lambda text: text.replace('\n', '\r\n').encode(),
    'CR': lambda text: text.replace('\n', '\r').encode(),
    'blank lines': lambda text: ('\n \n\t\n' + text.replace('\n', '\n\n') + '\n\n').encode(),
    'no end of line': lambda text: text.rstrip('\n').encode(),
    'spaces at the ends': lambda text: text.replace('\n', '  \n').encode(),
}
# Content that no text file in UTF-8 has.
NOT_UTF8 = {
    'UTF-16': lambda text: text.encode('utf-16'),
    'UTF-16-LE': lambda text: text.encode('utf-16-le'),
    'UTF-32': lambda text: text.encode('utf-32'),
    'Latin-1': lambda text: (text + 'caf\u00e9.mp4 1\n').encode('latin-1'),
    'half a character': lambda text: text.encode() + b'\xe2\x82',
    'a byte that never is': lambda text: text.encode() + b'x\xff 1\n',
    'surrogates': lambda text: text.encode() + b'\xed\xa0\x80.mp4 1\n',
    'null bytes': lambda text: text.encode() + b'\0\0\0\n',
    'binary': lambda text: bytes(range(256)) * 40,
    'empty': lambda text: b'',
    'byte order mark alone': lambda text: b'\xef\xbb\xbf',
    'blank': lambda text: b' \n\t\n\r\n',
}


@dataclass(frozen=True)
class Reader:
    """A program and a text file that it reads."""

    argv: tuple[str, ...]
    file: str
    is_list: bool


def readers(good: Good) -> list[Reader]:
    """Programs that read a list or a file of class names."""
    model = (good.config, good.checkpoint)
    predict = ('tools/predict.py', *model)
    out = ('--out', 'out.csv', '--workers', '0')
    return [
        Reader(('tools/test.py', *model), good.list, True),
        Reader(('tools/data/make_shards.py', good.list, good.videos_dir, 'shards'), good.list, True),
        Reader(('tools/data/check_videos.py', good.list, '--root', good.videos_dir, '--workers', '1'), good.list, True),
        Reader((*predict, good.list, '--root', good.videos_dir, *out), good.list, False),
        Reader((*predict, good.video, '--label-file', good.labels, *out), good.labels, False),
        Reader(('demo/demo.py', *model, good.video, '--label-file', good.labels), good.labels, False),
    ]


def cases(rng: random.Random, good: Good) -> Iterator[Case]:
    """Readers with mutations of a good file, in random order and without end."""
    turn = 0
    while True:
        found = [case for reader in readers(good) for case in of_reader(reader, rng, turn)]
        rng.shuffle(found)
        yield from found
        turn += 1


def of_reader(reader: Reader, rng: random.Random, turn: int) -> Iterator[Case]:
    """Every mutation for one reader."""
    name = f'{reader.argv[0]}, {reader.file}'
    if turn == 0:
        for what, encode in FINE.items():
            make = partial(rewrite, name=reader.file, encode=encode)
            yield Case(f'{name}: {what}', reader.argv, make, must_fail=False, check=refuses_good, seconds=120)
        for what, encode in NOT_UTF8.items():
            yield Case(f'{name}: {what}', reader.argv, partial(rewrite, name=reader.file, encode=encode), seconds=120)
        for kind in ('folder', 'pipe', 'no file', 'link to itself', 'link to a device', 'unreadable'):
            yield Case(f'{name}: {kind}', reader.argv, partial(replace, name=reader.file, kind=kind), seconds=30,
                       must_fail=kind != 'unreadable')  # fmt: skip
    if reader.is_list:
        for label in NOT_LABELS:
            line = rng.randrange(4)
            yield Case(
                f'{name}: the label {ascii(label)[:30]} in line {line}, turn {turn}', reader.argv,
                partial(relabel, name=reader.file, label=label, line=line),
                must_fail=('make_shards' not in name and 'check_videos' not in name) or label not in ('2', '99'),
                seconds=120,
            )  # fmt: skip
    yield Case(
        f'{name}: random bytes, turn {turn}', reader.argv,
        partial(damage, name=reader.file, seed=rng.randrange(2**32)), must_fail=False, seconds=120,
    )  # fmt: skip


def refuses_good(folder: Path, output: str) -> str | None:
    return 'a file that is right is refused' if 'error:' in output else None


def rewrite(folder: Path, name: str, encode: Callable[[str], bytes]) -> None:
    (folder / name).write_bytes(encode((folder / name).read_text()))


def relabel(folder: Path, name: str, label: str, line: int) -> None:
    """Replace the label of a line."""
    lines = (folder / name).read_text().splitlines()
    lines[line] = f'{lines[line].rpartition(" ")[0]} {label}'
    (folder / name).write_text('\n'.join(lines) + '\n', encoding='utf-8')


def replace(folder: Path, name: str, kind: str) -> None:
    """Put something that is not a text file where the file was."""
    path = folder / name
    if kind == 'unreadable':
        path.chmod(0)
        return
    path.unlink()
    if kind == 'folder':
        path.mkdir()
    elif kind == 'pipe':
        os.mkfifo(path)
    elif kind == 'link to itself':
        path.symlink_to(path.name)
    elif kind == 'link to a device':
        path.symlink_to('/dev/zero')


def damage(folder: Path, name: str, seed: int) -> None:
    """Change, insert and remove bytes."""
    rng = random.Random(seed)
    data = bytearray((folder / name).read_bytes())
    for _ in range(rng.randint(1, 8)):
        index = rng.randrange(len(data) + 1)
        if rng.random() < 0.4:
            data[index:index] = bytes([rng.randrange(256)])
        elif data:
            del data[index : index + rng.randint(1, 3)]
    (folder / name).write_bytes(bytes(data))
