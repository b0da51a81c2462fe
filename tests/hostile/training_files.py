"""Bad training checkpoints: a good one with AdamW, averaged weights and a schedule, and mutators of its parts."""

import copy
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch

# On top of the good config: what a training checkpoint has states of.
CONFIG = """_base_ = 'config.py'
optim_wrapper = dict(optimizer=dict(_delete_=True, type='AdamW', lr=1e-3))
param_scheduler = [dict(type='CosineAnnealingLR', T_max=4, by_epoch=True)]
custom_hooks = [dict(type='EMAHook', momentum=0.2)]
train_cfg = dict(max_epochs=2)
"""
# Values that no entry of a training checkpoint has.
VALUES: tuple[Any, ...] = (
    *(None, -1, 2**70, 'text', '', [], {}, (), [None], {'a': None}, float('nan'), float('inf'), True, b'x', {1: 2}),
    *(torch.zeros(3), torch.zeros(0), torch.zeros(2, device='meta'), torch.full((3,), float('nan')), 1j, set()),
)


def make_training(folder: Path, weights: dict) -> dict:
    """Write the config, and return a good training checkpoint after one epoch of two steps."""
    from mmengine.config import Config
    from mmengine.model import ExponentialMovingAverage
    from mmengine.optim import CosineAnnealingLR
    from mmengine.registry import init_default_scope

    from mmaction_vt.registry import MODELS

    (folder / 'training.py').write_text(CONFIG)
    init_default_scope('mmaction')
    model = MODELS.build(Config.fromfile(folder / 'training.py').model)
    model.load_state_dict(weights)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    schedule = CosineAnnealingLR(optimizer, T_max=4)
    average = ExponentialMovingAverage(model, momentum=0.2)
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    optimizer.step()
    schedule.step()
    average.update_parameters(model)
    return {
        'meta': {'epoch': 1, 'iter': 2, 'seed': 0},
        'state_dict': model.state_dict(),
        'message_hub': {'log_scalars': {}, 'runtime_info': {'epoch': 0}, 'resumed_keys': {'epoch': True}},
        'optimizer': {**optimizer.state_dict(), 'base_param_settings': {'params': torch.zeros(1), 'lr': 1e-3}},
        'param_schedulers': [schedule.state_dict()],
        'ema_state_dict': average.state_dict(),
    }


def places(tree: Any, path: tuple = (), depth: int = 5) -> Iterator[tuple]:
    """The paths of all entries of a checkpoint, of which lists and dicts are entries, too."""
    entries = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in entries:
        yield (*path, key)
        if depth:
            yield from places(value, (*path, key), depth - 1)


def mutate(checkpoint: dict, rng: random.Random) -> tuple[dict, str]:
    """A checkpoint with one entry removed, replaced or added, and what was done."""
    changed = copy.deepcopy(checkpoint)
    tops = sorted(changed)
    top = rng.choice(tops)  # each part as often, whatever its size
    path = rng.choice([(top,), *((top, *rest) for rest in places(changed[top]))])
    parent: Any = changed
    for key in path[:-1]:
        parent = parent[key]
    ways: dict[str, Callable[[], None]] = {
        'removed': lambda: parent.__delitem__(path[-1]),
        'replaced': lambda: parent.__setitem__(path[-1], rng.choice(VALUES)),
        'doubled': lambda: parent.append(parent[path[-1]]) if isinstance(parent, list) else parent.update(
            {f'{path[-1]}x': parent[path[-1]]}
        ),
        'changed': lambda: parent.__setitem__(path[-1], another(parent[path[-1]], rng)),
    }  # fmt: skip
    way = rng.choice(sorted(ways))
    ways[way]()
    return changed, f'{".".join(map(str, path))} {way}'


def another(value: Any, rng: random.Random) -> Any:
    """A value of the same type that is wrong."""
    if isinstance(value, torch.Tensor):
        flat = value.flatten()
        return rng.choice(
            (flat, flat[:1], flat[:0], value * float('nan'), value.double() + 1e300, value[None], flat.long())
        )
    if isinstance(value, bool) or value is None:
        return 'yes'
    if isinstance(value, (int, float)):
        return rng.choice((-1, -0.5, 10**6, 2**80, float('nan'), float('inf')))
    if isinstance(value, (list, tuple)):
        return value[:-1]
    return dict(list(value.items())[:-1]) if isinstance(value, dict) else f'{value}x'
