"""Bad safetensors files, Hugging Face folders and special files."""

import json
import os
import random
import struct
from collections.abc import Callable
from pathlib import Path

from safetensors.torch import save, save_file

from hostile.bad_checkpoint import IN_A_MODEL, NOWHERE, Bad, State


def header(state: State, change: Callable[[dict], object]) -> bytes:
    """A safetensors file whose header was changed."""
    data = save(state)
    (length,) = struct.unpack('<Q', data[:8])
    content = json.loads(data[8 : 8 + length])
    text = change(content)
    encoded = text.encode() if isinstance(text, str) else json.dumps(text).encode()
    return struct.pack('<Q', len(encoded)) + encoded + data[8 + length :]


def with_first(content: dict, **values: object) -> dict:
    first = next(key for key in content if key != '__metadata__')
    return {**content, first: {**content[first], **values}}


def twice(content: dict) -> str:
    first = next(key for key in content if key != '__metadata__')
    return f'{{{json.dumps(first)}: {json.dumps(content[first])}, {json.dumps(content)[1:]}'


HEADERS: dict[str, Callable[[dict], object]] = {
    'a list': list,
    'empty': lambda content: {},
    'no JSON': lambda content: '{"a": ',
    'nested': lambda content: '[' * 100000,
    'a key twice': twice,
    'offsets that overlap': lambda content: {k: {**v, 'data_offsets': [0, 128]} for k, v in content.items()},
    'offsets backwards': lambda content: with_first(content, data_offsets=[128, 0]),
    'offsets outside': lambda content: with_first(content, data_offsets=[0, 2**50]),
    'negative offsets': lambda content: with_first(content, data_offsets=[-8, 8]),
    'a shape of 2**60': lambda content: with_first(content, shape=[2**60]),
    'a shape that overflows': lambda content: with_first(content, shape=[2**40, 2**40]),
    'an empty shape': lambda content: with_first(content, shape=[]),
    'an unknown type': lambda content: with_first(content, dtype='F7'),
    'no type': lambda content: {key: {'shape': value['shape']} for key, value in content.items()},
    'metadata of numbers': lambda content: {**content, '__metadata__': {'a': 1}},
}
LENGTHS = (0, 1, 7, 2**31, 2**40, 2**63, 2**64 - 1)
BROKEN_JSON = {
    'empty': '',
    'a list': '[]',
    'null': 'null',
    'text': '"x"',
    'cut': '{"a": ',
    'nested': '[' * 100000,
    'NaN': 'NaN',
    'not UTF-8': b'{"a": "\xff\xfe"}',
    'a number of 5,000 digits': '{"num_attention_heads": ' + '9' * 5000 + '}',
    'binary': b'\x00\x01\x02',
}
PARTS = (
    *('../secret.safetensors', '/etc/passwd', '.', '..', '', 'parts', 'gone.safetensors', 3, None, ['a'], 'a\\b'),
    *('model.safetensors.index.json', '\x1b[2J', 'x' * 5000, 'link.safetensors', 'loop', 'fifo'),
)
MAPS: dict[str, object] = {
    **{f'weight_map is {value!r}'[:40]: value for value in (None, [], {}, 3, 'model.safetensors')},
    **{f'a part is {value!r}'[:40]: {'backbone.norm.weight': value} for value in PARTS},
}


def write_folder(folder: Path, state: State) -> Path:
    place = folder / 'bad'
    place.mkdir()
    save_file(state, place / 'model.safetensors')
    (place / 'config.json').write_text('{}')
    return place


def headers() -> list[Bad]:
    found = []
    for name, change in HEADERS.items():

        def make_header(folder, state, rng, change=change):
            (folder / 'bad.safetensors').write_bytes(header(state, change))

        found.append(Bad(f'safetensors header: {name}', 'bad.safetensors', make_header))
    for length in LENGTHS:

        def make_length(folder, state, rng, length=length):
            (folder / 'bad.safetensors').write_bytes(struct.pack('<Q', length) + save(state)[8:])

        found.append(Bad(f'safetensors header of {length} bytes', 'bad.safetensors', make_length))
    return found


def folders() -> list[Bad]:
    found = headers()
    for name, text in BROKEN_JSON.items():
        for file in ('config.json', 'model.safetensors.index.json'):

            def make_json(folder, state, rng, text=text, file=file):
                place = write_folder(folder, state)
                if 'index' in file:
                    (place / 'model.safetensors').unlink()
                (place / file).write_bytes(text if isinstance(text, bytes) else text.encode())

            found.append(Bad(f'folder, {file}: {name}', 'bad', make_json))
    for name, value in MAPS.items():

        def make_map(folder, state, rng, value=value):
            place = write_folder(folder, state)
            (folder / 'secret.safetensors').write_bytes(save(state))
            (place / 'model.safetensors').unlink()
            (place / 'parts').mkdir()
            (place / 'link.safetensors').symlink_to(folder / 'secret.safetensors')
            (place / 'loop').symlink_to('loop')
            os.mkfifo(place / 'fifo')
            (place / 'model.safetensors.index.json').write_text(json.dumps({'weight_map': value}))

        found.append(Bad(f'folder, index: {name}', 'bad', make_map))
    for value in ('relu', 3, [], {}, None):

        def make_act(folder, state, rng, value=value):
            (write_folder(folder, state) / 'config.json').write_text(json.dumps({'hidden_act': value}))

        found.append(Bad(f'folder, hidden_act {value!r}', 'bad', make_act, NOWHERE if value is None else IN_A_MODEL))
    return found


def special_files() -> list[Bad]:
    def with_fifo(folder: Path, state: State, rng: random.Random) -> None:
        os.mkfifo(write_folder(folder, state) / 'fifo')
        (folder / 'bad' / 'config.json').unlink()
        os.mkfifo(folder / 'bad' / 'config.json')

    def with_folder(folder: Path, state: State, rng: random.Random) -> None:
        (write_folder(folder, state) / 'model.safetensors').unlink()
        (folder / 'bad' / 'model.safetensors').mkdir()

    makers: dict[str, Callable[[Path], object]] = {
        'a FIFO': os.mkfifo,
        'an empty folder': lambda path: path.mkdir(),
        'a link to itself': lambda path: path.symlink_to(path.name),
        'a link to nowhere': lambda path: path.symlink_to('gone'),
        'a link to /dev/zero': lambda path: path.symlink_to('/dev/zero'),
        'a sparse file': lambda path: path.touch() or os.truncate(path, 2**29),
        'not there': lambda path: None,
    }
    found = []
    for name, maker in makers.items():

        def make(folder, state, rng, maker=maker):
            maker(folder / 'bad.pth')

        found.append(Bad(f'file: {name}', 'bad.pth', make))
    return [
        *found,
        Bad('folder, config.json is a FIFO', 'bad', with_fifo),
        Bad('folder, model.safetensors is a folder', 'bad', with_folder),
    ]
