"""Bad checkpoints from the bytes of good ones: damage, and pickles and archives that PyTorch does not write."""

import io
import pickle
import random
import zipfile
from collections.abc import Callable

import torch
from safetensors.torch import save

from hostile.bad_checkpoint import EVERYWHERE, NOWHERE, Bad, State


def cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(1, len(data))]


def flip(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 8, 64))):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def zero(data: bytes, rng: random.Random) -> bytes:
    start, length = rng.randrange(len(data)), rng.choice((16, 512, 4096))
    return data[:start] + bytes(len(data[start : start + length])) + data[start + length :]


def swap(data: bytes, rng: random.Random) -> bytes:
    first, second, third = sorted(rng.randrange(len(data)) for _ in range(3))
    return data[:first] + data[second:third] + data[first:second] + data[third:]


BYTES: dict[str, tuple[Callable[[bytes, random.Random], bytes], str]] = {
    'cut': (cut, EVERYWHERE),
    'bits flipped': (flip, NOWHERE),  # padding and dates may change
    'part of zeros': (zero, NOWHERE),
    'parts swapped': (swap, NOWHERE),
    'empty': (lambda data, rng: b'', EVERYWHERE),
    'zeros': (lambda data, rng: bytes(len(data)), EVERYWHERE),
    'garbage after it': (lambda data, rng: data + rng.randbytes(rng.choice((1, 100, 70000))), EVERYWHERE),
    'garbage before it': (lambda data, rng: rng.randbytes(20) + data, EVERYWHERE),
    'random': (lambda data, rng: rng.randbytes(2000), EVERYWHERE),
    'random after the start of a zip': (lambda data, rng: data[:4] + rng.randbytes(2000), EVERYWHERE),
    'twice': (lambda data, rng: data + data, EVERYWHERE),
    'half missing in the middle': (lambda data, rng: data[: len(data) // 4] + data[-len(data) // 4 :], EVERYWHERE),
    'text': (lambda data, rng: b'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n', EVERYWHERE),
    'page': (lambda data, rng: b'<!doctype html><html><title>Sign in</title></html>', EVERYWHERE),
}


def as_pth(state: State) -> bytes:
    buffer = io.BytesIO()
    torch.save({'meta': {}, 'state_dict': state}, buffer)
    return buffer.getvalue()


def as_old_pth(state: State) -> bytes:
    buffer = io.BytesIO()
    torch.save({'meta': {}, 'state_dict': state}, buffer, _use_new_zipfile_serialization=False)
    return buffer.getvalue()


FORMATS: dict[str, Callable[[State], bytes]] = {
    'bad.pth': as_pth,
    'bad_old.pth': as_old_pth,
    'bad.safetensors': save,
}


def damaged() -> list[Bad]:
    found = []
    for path, write in FORMATS.items():
        for name, (change, fails) in BYTES.items():

            def make(folder, state, rng, path=path, write=write, change=change):
                (folder / path).write_bytes(change(write(state), rng))

            found.append(Bad(f'{path}: {name}', path, make, fails))
    return found


PICKLES = {
    'a lone STOP': b'.',
    'STOP of an empty stack': b'\x80\x02.',
    'no STOP': b'\x80\x02}',
    'pops of an empty stack': b'\x80\x02aaaa.',
    'a mark alone': b'\x80\x02(t(t.',
    'TUPLE without a mark': b'\x80\x02t.',
    'REDUCE of nothing': b'\x80\x02R.',
    'BUILD of nothing': b'\x80\x02}b.',
    'a list in itself': b'\x80\x02]q\x00h\x00a.',
    'a dict in itself': b'\x80\x02}q\x00X\x0a\x00\x00\x00state_dicth\x00s.',
    'an unhashable key': b'\x80\x02}]Ks.',
    'a dict as a key': b'\x80\x02}}}s.',
    'a memo that is not there': b'\x80\x02h\x09.',
    'the largest memo': b'\x80\x02}r\xff\xff\xff\xff.',
    'a string of 4 GB': b'\x80\x02X\xff\xff\xff\xffabc.',
    'a string that is no UTF-8': b'\x80\x02X\x02\x00\x00\x00\xff\xfe.',
    'a number': b'\x80\x02K\x01.',
    'None': b'\x80\x02N.',
    'a long of 255 bytes': b'\x80\x02\x8a\xff' + b'\xff' * 255 + b'.',
    'a cut number': b'\x80\x02J\x01.',
    'protocol 5': pickle.dumps({'state_dict': {}}, protocol=5),
    'protocol 0': pickle.dumps({'state_dict': {}}, protocol=0),
    'protocol 255': b'\x80\xff}.',
    'os.system': b'\x80\x02cos\nsystem\nX\x04\x00\x00\x00true\x85R.',
    'eval': b'\x80\x02cbuiltins\neval\nX\x01\x00\x00\x001\x85R.',
    'a global without names': b'\x80\x02c\n\n.',
    'a global of control characters': b'\x80\x02c\x1b[31m\n\x07\n.',
    'a persistent id': b'\x80\x02K\x01Q.',
    'a storage without parts': b'\x80\x02X\x07\x00\x00\x00storage\x85Q.',
    'a tensor of nothing': b'\x80\x02ctorch._utils\n_rebuild_tensor_v2\n)R.',
    'torch.Tensor of 2**60': b'\x80\x02ctorch\nTensor\n\x8a\x08' + (2**60).to_bytes(8, 'little') + b'\x85R.',
    'torch.Size of text': b'\x80\x02ctorch\nSize\nX\x01\x00\x00\x00a\x85R.',
    'a bytearray of 2**40': b'\x80\x02cbuiltins\nbytearray\n\x8a\x06' + (2**40).to_bytes(6, 'little') + b'\x85R.',
    'nested 100,000 times': b'\x80\x02' + b']' * 100000 + b'a' * 99999 + b'.',
    'tuples of tuples': b'\x80\x02N' + b'\x85' * 100000 + b'.',
    'doubled 60 times': b'\x80\x02]q\x00' + b''.join(b'(h%ch%clq%c' % (i, i, i + 1) for i in range(60)) + b'.',
}


def archive(entries: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, 'w', compression) as file:
        for name, content in entries.items():
            file.writestr(name, content)
    return buffer.getvalue()


def entries_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name) for name in file.namelist()}


def random_opcodes(entries: dict[str, bytes], rng: random.Random) -> bytes:
    """The good pickle with some bytes replaced by others."""
    name = next(name for name in entries if name.endswith('data.pkl'))
    changed = bytearray(entries[name])
    for _ in range(rng.choice((1, 2, 5))):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return archive({**entries, name: bytes(changed)})


def with_number(entries: dict[str, bytes], rng: random.Random) -> bytes:
    """The good pickle with a claimed size that is another."""
    name = next(name for name in entries if name.endswith('data.pkl'))
    data = entries[name]
    places = [i for i in range(len(data) - 2) if data[i : i + 1] == b'K' and data[i + 2 : i + 3] in b'\x85\x86\x87tK']
    place = rng.choice(places)
    number = rng.choice((0, 255, 2**16, 2**31, 2**33, 2**40, 2**60, 2**62, -1, -(2**40)))
    claim = b'\x8a\x09' + number.to_bytes(9, 'little', signed=True)
    return archive({**entries, name: data[:place] + claim + data[place + 2 :]})


def renamed(entries: dict[str, bytes], rng: random.Random) -> bytes:
    return archive({f'x/{name}': content for name, content in entries.items()})


def upwards(entries: dict[str, bytes], rng: random.Random) -> bytes:
    return archive({f'../{name}': content for name, content in entries.items()})


def without(part: str) -> Callable[[dict[str, bytes], random.Random], bytes]:
    return lambda entries, rng: archive({name: content for name, content in entries.items() if part not in name})


def without_one(entries: dict[str, bytes], rng: random.Random) -> bytes:
    return archive(dict(rng.sample(sorted(entries.items()), len(entries) - 1)))


def short(entries: dict[str, bytes], rng: random.Random) -> bytes:
    return archive({name: content[:-1] if '/data/' in name else content for name, content in entries.items()})


def other_order(entries: dict[str, bytes], rng: random.Random) -> bytes:
    return archive({name: b'middle' if 'byteorder' in name else content for name, content in entries.items()})


def bomb(entries: dict[str, bytes], rng: random.Random) -> bytes:
    return archive({**entries, 'x/data/9': bytes(2**27)}, zipfile.ZIP_DEFLATED)


ARCHIVES: dict[str, tuple[Callable[[dict[str, bytes], random.Random], bytes], str]] = {
    'an empty zip': (lambda entries, rng: archive({}), EVERYWHERE),
    'a zip of text': (lambda entries, rng: archive({'readme.txt': b'hello'}), EVERYWHERE),
    'other names': (renamed, EVERYWHERE),
    'names upwards': (upwards, NOWHERE),
    'no pickle': (without('pkl'), EVERYWHERE),
    'no data': (without('/data/'), EVERYWHERE),
    'one entry fewer': (without_one, NOWHERE),
    'short data': (short, EVERYWHERE),
    'a bomb': (bomb, EVERYWHERE),
    'a wrong byte order': (other_order, EVERYWHERE),
    'a TorchScript archive': (lambda entries, rng: archive({**entries, 'archive/constants.pkl': b''}), EVERYWHERE),
    'other bytes in the pickle': (random_opcodes, NOWHERE),
    'another number in the pickle': (with_number, NOWHERE),
}


def pickled() -> list[Bad]:
    found = []
    for name, content in PICKLES.items():

        def make_plain(folder, state, rng, content=content):
            (folder / 'bad.pth').write_bytes(content)

        def make_zip(folder, state, rng, content=content):
            entries = entries_of(as_pth(state))
            (folder / 'bad.pth').write_bytes(archive({n: content if 'pkl' in n else c for n, c in entries.items()}))

        def make_old(folder, state, rng, content=content):
            magic, protocol, system = (pickle.dumps(part, 2) for part in (0x1950A86A20F9469CFC6C, 1001, {}))
            (folder / 'bad.pth').write_bytes(magic + protocol + system + content + pickle.dumps([], 2))

        found += [
            Bad(f'pickle: {name}', 'bad.pth', make_plain),
            Bad(f'pickle in a zip: {name}', 'bad.pth', make_zip),
            Bad(f'pickle in an old file: {name}', 'bad.pth', make_old),
        ]
    for name, (change, fails) in ARCHIVES.items():

        def make(folder, state, rng, change=change):
            (folder / 'bad.pth').write_bytes(change(entries_of(as_pth(state)), rng))

        found.append(Bad(f'zip: {name}', 'bad.pth', make, fails))
    return found
