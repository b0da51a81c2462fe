"""The readers of files and options that users give: from whatever bytes, only ``InputError`` may escape."""

import io
import sys
from argparse import ArgumentError, ArgumentParser
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import torch

sys.path.insert(0, str(Path(__file__).parents[2] / 'tools' / 'data'))

import common

from mmaction_vt.checkpoints import read_checkpoint
from mmaction_vt.cli import add_config_options, read_labels
from mmaction_vt.datasets import EpicKitchensDataset, VideoDataset
from mmaction_vt.errors import InputError
from mmaction_vt.utils.annotation_files import read_json
from mmaction_vt.utils.something_something import read_classes
from mmaction_vt.utils.video_files import check_video_file, read_video_list

EPIC = 'participant_id,video_id,start_timestamp,stop_timestamp,start_frame,stop_frame,verb_class,noun_class\n'


class Reader(NamedTuple):
    """A reader of a file.

    Args:
        read: Takes the file.
        good: Contents that it accepts, from which others are made.
        suffix: What the file's name ends in.
    """

    read: Callable[[Path], object]
    good: tuple[bytes, ...]
    suffix: str = '.txt'


def _samples(kind: type, path: Path, **options: object) -> list[dict]:
    """The samples of a list; ``full_init`` would copy them into an array, which takes longer than to read them."""
    prefix = dict(video=str(path.parent))
    return kind(str(path), pipeline=[], data_prefix=prefix, lazy_init=True, **options).load_data_list()


def config_options(text: str) -> object:
    """The options of ``--cfg-options``; argparse's error is a right answer."""
    parser = ArgumentParser(exit_on_error=False)
    add_config_options(parser)
    try:
        return parser.parse_args(['--cfg-options', *text.split('\n')])
    except (ArgumentError, SystemExit) as end:
        raise InputError('see above') from end


def _config_options(path: Path) -> object:
    return config_options(path.read_bytes().decode(errors='surrogateescape'))


def _checkpoint(**options: bool) -> bytes:
    torch.manual_seed(0)
    model = torch.nn.Linear(2, 2)
    file = io.BytesIO()
    torch.save({'meta': {'epoch': 1, 'cfg': 'a = 1'}, 'state_dict': model.state_dict()}, file, **options)
    return file.getvalue()


MP4 = bytes.fromhex('0000001c667479706d703432000000016d70343169736f6d') + bytes(64)

READERS = {
    'list of videos': Reader(
        partial(_samples, VideoDataset, num_classes=3),
        (
            b'a.mp4 0\nb.mp4 1\n',
            b'path,label\na b.mp4,2\n',
            b'a.mp4\t0\n',
            'é.mp4 1\r\n\r\n'.encode('utf-8-sig'),
            b'original_vido_id video_id frame_id path labels\na 0 0 a/1.jpg "1"\n',
            b'a.mp4 0.0 1.5 1\n',
        ),
    ),
    'list of several labels': Reader(
        partial(_samples, VideoDataset, num_classes=3, multi_class=True), (b'a.mp4 0 1\nb.mp4 2\n',)
    ),
    'table of EPIC-KITCHENS': Reader(
        partial(_samples, EpicKitchensDataset, path_tmpl=''),
        (EPIC.encode() + b'P01,P01_01,00:00:01.0,00:00:02.5,1,90,3,4\n',),
    ),
    'class names': Reader(lambda path: read_labels(str(path)), (b'left\nright\n', 'gauche\r\n'.encode('utf-8-sig'))),
    'list to predict': Reader(lambda path: read_video_list(path, path.parent), (b'a.mp4\n', b'a b.mp4 0 1\n')),
    'lines': Reader(lambda path: common.read_lines(path, 'lines'), (b'a\nb\n',)),
    'table': Reader(lambda path: common.read_table(path, ('a', 'b'), 'a table'), (b'a,b\n1,"2"\n',), '.csv'),
    'JSON': Reader(lambda path: read_json(path, dict, 'a dict'), (b'{"a": [1, 2.5e3, null]}',), '.json'),
    'classes of Something-Something': Reader(read_classes, (b'{"Holding something": "0", "b": "1"}',), '.json'),
    'checkpoint': Reader(read_checkpoint, (_checkpoint(), _checkpoint(_use_new_zipfile_serialization=False)), '.pth'),
    'video': Reader(check_video_file, (MP4, b'#EXTM3U\na.ts\n', b'ffconcat version 1.0\nfile a.mp4\n'), '.mp4'),
    'config options': Reader(_config_options, (b'a.b=1', b'a=[1,(2,"c")]\nd={"e":1}', b'a=None\nb=1e-3'), '.options'),
}


def attempt(reader: Reader, content: bytes, folder: Path) -> None:
    """Let a reader read a content; raises whatever escapes that is not ``InputError``."""
    path = folder / f'file{reader.suffix}'
    path.write_bytes(content)
    try:
        reader.read(path)
    except InputError as error:
        assert str(error).strip(), 'an error without a sentence'  # noqa: PT017
        assert len(str(error).splitlines()) == 1, f'more than a sentence: {str(error)!r}'  # noqa: PT017
