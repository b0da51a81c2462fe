"""Bad checkpoints from the contents of good ones: tensors, keys, structures and meta data."""

import random
from collections import Counter, OrderedDict
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from hostile.bad_checkpoint import EVERYWHERE, IN_A_MODEL, NOWHERE, Bad, State


def overlapping(value: Tensor, rng: random.Random) -> Tensor:
    return value.flatten()[:1].clone().expand(value.shape)


def with_one(number: float) -> Callable[[Tensor, random.Random], Tensor]:
    def change(value: Tensor, rng: random.Random) -> Tensor:
        flat = value.flatten().clone()
        flat[rng.randrange(len(flat))] = number
        return flat.view(value.shape)

    return change


def quantised(value: Tensor, rng: random.Random) -> Tensor:
    return torch.quantize_per_tensor(value.float(), 0.1, 0, torch.qint8)


TENSORS: dict[str, tuple[Callable[[Tensor, random.Random], object], str]] = {
    'sparse': (lambda value, rng: value.to_sparse(), EVERYWHERE),
    'sparse in rows': (lambda value, rng: value.reshape(1, -1).to_sparse_csr(), EVERYWHERE),
    'quantised': (quantised, EVERYWHERE),
    'meta': (lambda value, rng: value.to('meta'), EVERYWHERE),
    'meta of 2**60': (lambda value, rng: torch.empty(2**60, device='meta'), EVERYWHERE),
    'complex': (lambda value, rng: value.to(torch.complex64), EVERYWHERE),
    'integers': (lambda value, rng: value.long(), EVERYWHERE),
    'booleans': (lambda value, rng: value > 0, EVERYWHERE),
    'bytes': (lambda value, rng: value.to(torch.uint8), EVERYWHERE),
    'of 8 bits': (lambda value, rng: value.to(torch.float8_e4m3fn), EVERYWHERE),
    'overlapping': (overlapping, EVERYWHERE),
    'expanded to 2**40': (lambda value, rng: torch.zeros(1).expand(2**40), EVERYWHERE),
    'empty': (lambda value, rng: value.new_zeros(0), EVERYWHERE),
    'of length 0 along one axis': (lambda value, rng: value.new_zeros(*value.shape[:-1], 0), EVERYWHERE),
    'a number': (lambda value, rng: value.flatten()[0].clone(), IN_A_MODEL),
    'of one element': (lambda value, rng: value.new_zeros(1), IN_A_MODEL),
    'of eight axes': (lambda value, rng: value.reshape(*[1] * 8, -1).clone(), IN_A_MODEL),
    'with an axis more': (lambda value, rng: value[None].clone(), IN_A_MODEL),
    'doubled': (lambda value, rng: torch.cat((value, value), dim=-1), IN_A_MODEL),
    'one longer': (lambda value, rng: torch.cat((value, value[..., :1]), dim=-1), IN_A_MODEL),
    'NaN': (lambda value, rng: value * float('nan'), EVERYWHERE),
    'one NaN': (with_one(float('nan')), EVERYWHERE),
    'one infinity': (with_one(float('inf')), EVERYWHERE),
    'infinite in float32': (lambda value, rng: value.double() + 1e300, EVERYWHERE),
    'infinite in float16': (lambda value, rng: (value + 1e10).half(), EVERYWHERE),
    'a list': (lambda value, rng: value.tolist(), IN_A_MODEL),
    'an array': (lambda value, rng: value.numpy(), IN_A_MODEL),
    'None': (lambda value, rng: None, IN_A_MODEL),
    'text': (lambda value, rng: 'weights', IN_A_MODEL),
    'a dict': (lambda value, rng: {'weight': value}, IN_A_MODEL),
}  # fmt: skip

KEYS: dict[str, tuple[Callable[[str], object], str]] = {
    'an integer': (lambda key: 3, EVERYWHERE),
    'a float': (lambda key: float('nan'), EVERYWHERE),
    'a tuple': (lambda key: ('backbone', 'norm'), EVERYWHERE),
    'bytes': (lambda key: key.encode(), EVERYWHERE),
    'None': (lambda key: None, EVERYWHERE),
    'empty': (lambda key: '', EVERYWHERE),
    'of two lines': (lambda key: f'{key}\nerror: no', EVERYWHERE),
    'of control characters': (lambda key: f'{key}\x1b[2J\x07', EVERYWHERE),
    'a lone surrogate': (lambda key: f'{key}\udc80', EVERYWHERE),
    'of 10 MB': (lambda key: key + 'x' * 10**7, EVERYWHERE),
    'with a dot more': (lambda key: f'{key}.', IN_A_MODEL),
    'of a pattern': (lambda key: f'{key}(.*)+$', IN_A_MODEL),
    'of mark-up': (lambda key: f'{key}[/bold]', IN_A_MODEL),
    'in another wrapper': (lambda key: f'module.{key}', IN_A_MODEL),
    'in capitals': (str.upper, IN_A_MODEL),
}


NOT_STATES = (None, [], 3, 'x', (), {}, {'a': 1}, {1, 2})


def structures(state: State) -> dict[str, object]:
    """Contents of files that are no checkpoints."""
    recursive: dict = {}
    recursive['state_dict'] = recursive
    return {
        **{f'state_dict is {value!r}': {'state_dict': value} for value in NOT_STATES},
        **{f'all is {value!r}': value for value in NOT_STATES},
        'state_dict is a list': {'state_dict': list(state.items())},
        'state_dict is a tensor': {'state_dict': torch.zeros(3)},
        'state_dict in a state_dict': {'state_dict': {'state_dict': state}},
        'a list with a state dict': [state],
        'a dict in itself': recursive,
        'a counter': Counter(a=1),
        'an empty model': {'state_dict': {}, 'model': {}, 'model_state': {}},
        'other models': {'state_dict': OrderedDict(a=torch.zeros(1))},
        'keys of integers': dict(enumerate(state.values())),
        'the values of another': {'state_dict': {key: torch.zeros(1) for key in state}},
        'ten thousand keys': {'state_dict': {f'backbone.{i}': torch.zeros(1) for i in range(10000)}},
    }  # fmt: skip


METAS: dict[str, dict[str, object]] = {
    f'{key} is {value!r}'[:60]: {key: value}
    for key in ('meta', 'config', 'epoch')
    for value in (None, 'model = dict()', [1], 3, {'hidden_act': ['a']}, {'config': 'text'}, {'config': []})
}


def changed() -> list[Bad]:
    found = []
    for name, (change, fails) in TENSORS.items():

        def make_tensor(folder, state, rng, change=change):
            key = rng.choice(sorted(state))
            torch.save({'meta': {}, 'state_dict': {**state, key: change(state[key], rng)}}, folder / 'bad.pth')

        found.append(Bad(f'tensor {name}', 'bad.pth', make_tensor, fails))
    for name, (rename, fails) in KEYS.items():

        def make_key(folder, state, rng, rename=rename):
            old = rng.choice(sorted(state))
            new = {rename(key) if key == old else key: value for key, value in state.items()}
            torch.save({'meta': {}, 'state_dict': new}, folder / 'bad.pth')

        found.append(Bad(f'key {name}', 'bad.pth', make_key, fails))
    for name in structures({}):

        def make_structure(folder, state, rng, name=name):
            torch.save(structures(state)[name], folder / 'bad.pth')

        fails = IN_A_MODEL if name in ('the values of another', 'ten thousand keys') else EVERYWHERE
        found.append(Bad(f'structure: {name}', 'bad.pth', make_structure, fails))
    for name, meta in METAS.items():

        def make_meta(folder, state, rng, meta=meta):
            torch.save({'meta': {}, 'state_dict': state, **meta}, folder / 'bad.pth')

        found.append(Bad(f'meta: {name}', 'bad.pth', make_meta, NOWHERE))
    return [*found, Bad('one key more', 'bad.pth', one_more), Bad('one key fewer', 'bad.pth', one_fewer, IN_A_MODEL)]


def one_more(folder: Path, state: State, rng: random.Random) -> None:
    torch.save({'state_dict': {**state, 'extra.weight': torch.zeros(1)}}, folder / 'bad.pth')


def one_fewer(folder: Path, state: State, rng: random.Random) -> None:
    gone = rng.choice(sorted(state))
    torch.save({'state_dict': {key: value for key, value in state.items() if key != gone}}, folder / 'bad.pth')
