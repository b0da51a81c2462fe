"""Configs that no program can use, and options that change nothing or set what is not accepted.

Files: mutations of the good config's text and files that are no configs. Options: keys of the good config, changed;
values that no setting of that kind accepts.
"""

import os
import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from .case import Case
from .good import Good

TRAIN, TEST, PREDICT = 'tools/train.py', 'tools/test.py', 'tools/predict.py'
NOT_COUNTS = ('0', '-1', '-3', '1.5', 'nan', 'inf', 'many', '[1,x]', '99999999999', 'None')
NOT_RATES = ('-0.5', '1.5', 'nan', 'inf', 'rarely', '[2]')
NOT_NUMBERS = ('-1', 'nan', 'inf', '-inf', 'high', '[a]')
BACKBONE, LOADER = 'model.backbone', 'train_dataloader'
VALUES = {
    f'{LOADER}.batch_size': NOT_COUNTS[:-1],
    f'{LOADER}.num_workers': ('-1', '1.5', 'two', 'nan', '100000', 'None'),
    'val_dataloader.batch_size': NOT_COUNTS[:-1],
    'optim_wrapper.optimizer.lr': (*NOT_NUMBERS, 'None'),
    'optim_wrapper.optimizer.weight_decay': NOT_NUMBERS,
    'optim_wrapper.optimizer.momentum': (*NOT_NUMBERS, '7'),
    'optim_wrapper.accumulative_counts': NOT_COUNTS[:8],
    'train_cfg.max_epochs': NOT_COUNTS[:8],
    'train_cfg.val_interval': NOT_COUNTS[:8],
    'default_hooks.checkpoint.interval': ('0', '-2', '1.5', 'nan', 'often'),
    'default_hooks.logger.interval': ('0', '-2', '1.5', 'nan', 'often'),
    'randomness.seed': ('-1', '1.5', 'nan', 'lucky', '99999999999'),
    **{f'{BACKBONE}.{key}': NOT_COUNTS[:9] for key in ('num_frames', 'img_size', 'patch_size', 'embed_dims')},
    f'{BACKBONE}.num_heads': (*NOT_COUNTS[:9], '5', '64'),
    f'{BACKBONE}.num_layers': NOT_COUNTS[:9],
    **{f'{BACKBONE}.{key}': NOT_RATES for key in ('drop_rate', 'attn_drop_rate', 'drop_path_rate')},
    'model.cls_head.num_classes': (*NOT_COUNTS[:9], '3'),
    'model.cls_head.dropout_ratio': NOT_RATES,
    'model.cls_head.in_channels': (*NOT_COUNTS[:9], '33'),
    'model.data_preprocessor.std': ('0', '[1,1,0]', 'nan', 'x'),
    f'{LOADER}.dataset.num_classes': (*NOT_COUNTS[:8], '3'),
    **{f'{LOADER}.dataset.pipeline.0.sampling.{key}': NOT_COUNTS[:9] for key in ('clip_len', 'frame_interval')},
    f'{LOADER}.dataset.pipeline.0.size': NOT_COUNTS[:8],
    f'{LOADER}.dataset.pipeline.0.flip': NOT_RATES,
    f'{LOADER}.sampler.shuffle': ('maybe', '2', '[1]'),
    'log_level': ('LOUD', '-1', '1.5'),
    'resume': ('maybe', '2'),
}
# Keys of the good config in which a letter is changed.
KEYS = (
    *VALUES,
    f'{LOADER}.dataset.ann_file',
    f'{LOADER}.dataset.data_prefix.video',
    'optim_wrapper.optimizer.type',
    'env_cfg.mp_cfg.mp_start_method',
    'default_hooks.checkpoint.max_keep_ckpts',
    'model.cls_head.average_clips',
    'visualizer.vis_backends.0.type',
)
TYPES = (
    'model.type', f'{BACKBONE}.type', 'model.cls_head.type', 'model.data_preprocessor.type', f'{LOADER}.dataset.type',
    f'{LOADER}.dataset.pipeline.0.type', f'{LOADER}.dataset.pipeline.0.sampling.type', f'{LOADER}.sampler.type',
    'train_cfg.type', 'optim_wrapper.type', 'optim_wrapper.optimizer.type', 'default_hooks.checkpoint.type',
    'val_evaluator.type', 'visualizer.type', 'log_processor.type', 'runner_type', 'default_scope',
)  # fmt: skip
NOT_TYPES = ('Nope', 'mmaction_vt.Nope', 'nope.Nope', '5', '[a]', '.', 'mmaction_vt.')
DEAD = (
    'test_pipeline.0.type=Nope', 'train_pipeline.0.size=16', 'dataset.ann_file=nowhere.txt', 'dataset.num_classes=7',
    'dataset=None', 'vis_backends.0.type=Nope', 'launcher=pytorch', 'custom_imports.imports=nowhere',
    'data_root=/nowhere',
)  # fmt: skip
SYNTAX = (
    'model', '=', '=4', 'model=', '.model=1', 'model.=1', 'model..type=1', 'model.type.x=1', 'train_pipeline.9=1',
    f'{LOADER}.dataset.pipeline.-1.size=1', f'{LOADER}.dataset.pipeline.x.size=1', f'{LOADER}.dataset.pipeline.0=1',
    'model=[1', 'model=(1,[2)', 'model=5', 'model=None', f'{BACKBONE}=None', f'{LOADER}=3', f'{LOADER}.dataset=3',
    f'{BACKBONE}._delete_=True', 'optim_wrapper=None', 'train_cfg=1', 'param_scheduler=5', 'custom_hooks=[5]',
    'default_hooks=5', f'{BACKBONE}.img_size=(3_2,32)', 'class_names=nope', 'compile=perhaps', 'work_dir=5',
)  # fmt: skip
SCRIPTS = {
    'raises': 'x = 1 / 0\n',
    'exits with 0': 'import sys\nsys.exit(0)\n',
    'raises an exception of its own': 'class Own(BaseException): pass\nraise Own("a\\nb")\n',
    'recurses': 'def f(): return f()\nx = f()\n',
    'reads the keyboard': 'x = input()\n',
    'asks for much memory': 'x = [0] * 10**14\n',
    'imports nothing': 'custom_imports = dict(imports=["no_such_module"])\n',
    'has no syntax': 'model = dict(\n',
    'is nested': 'x = ' + '(' * 300 + ')' * 300,
    'holds itself': 'x = []\nx.append(x)\n',
    'is its own base': '_base_ = "./bad.py"\n',
    'has no base': '_base_ = "./nowhere.py"\n',
    'has a number as a base': '_base_ = 5\n',
    'has a folder as a base': '_base_ = "./videos"\n',
    'has a video as a base': '_base_ = "./videos/0.mp4"\n',
    'has an unknown name': 'x = y\n',
    'is empty': '',
    'has only a comment': '# nothing\n',
    'has no model': 'x = 1\n',
    'uses a reserved word': 'filename = 1\n',
}
OTHERS = {
    'bad.json': ('[1]', '3', '{"model": ', '{}', 'null', '{"model": {"type": 3}}', '{"_base_": "bad.json"}'),
    'bad.yaml': ('- a', '3', 'a: [1\nb: }', 'model: &a [*a]', '!!python/object/apply:os.getcwd []', 'model: 5', '\t'),
    'bad.txt': ('x = 1',),
}


def cases(rng: random.Random, good: Good) -> Iterator[Case]:
    """Hostile configs and options: each kind once, then all of them at random, without end."""
    for text in SCRIPTS.values():
        yield _file(f'bad.py {text!r}'[:120], 'bad.py', text.encode(), rng, good)
    for name, texts in OTHERS.items():
        for text in texts:
            yield _file(f'{name} {text!r}', name, text.encode(), rng, good)
    for kind in ('folder', 'pipe', 'device', 'link to itself', 'file that is missing'):
        yield Case(f'config is a {kind}', _argv(rng, good, 'odd.py'), partial(_make_odd, kind=kind))
    for option in (*DEAD, *SYNTAX):
        yield _option(option, good)
    yield Case(
        'test_dataloader.dataset.pipeline.0.type=Nope in predict.py',
        (PREDICT, good.config, good.checkpoint, good.video, '--out', 'out.json', '--cfg-options',
         'test_dataloader.dataset.pipeline.0.type=Nope'),
    )  # fmt: skip
    singles = [f'{key}={value}' for key, values in VALUES.items() for value in values]
    singles += [f'{key}={value}' for key in TYPES for value in NOT_TYPES]
    rng.shuffle(singles)
    count = 0
    while True:
        for option in singles:
            yield _option(option, good, count)
            yield _option(f'{_misspell(rng, rng.choice(KEYS))}=1', good, count)
            yield _file(f'mutation {count}', 'bad.py', _mutate(rng, good), rng, good, must_fail=False)
            count += 1


def _argv(rng: random.Random, good: Good, config: str) -> tuple[str, ...]:
    programs = (
        (TRAIN, config),
        (TEST, config, good.checkpoint),
        (PREDICT, config, good.checkpoint, good.video, '--out', 'out.json'),
    )
    return rng.choice(programs)


def _file(name: str, file: str, content: bytes, rng: random.Random, good: Good, must_fail: bool = True) -> Case:
    return Case(
        f'config: {name}', _argv(rng, good, file), partial(_write, name=file, content=content), must_fail,
        keep=(file, good.checkpoint),
    )  # fmt: skip


def _option(option: str, good: Good, count: int = 0) -> Case:
    again = f' ({count})' if count else ''
    return Case(f'--cfg-options {option}{again}', (TRAIN, good.config, '--cfg-options', option), keep=(good.config,))


def _write(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)


def _make_odd(folder: Path, kind: str) -> None:
    path = folder / 'odd.py'
    if kind == 'folder':
        path.mkdir()
    elif kind == 'pipe':
        os.mkfifo(path)
    elif kind == 'device':
        path.symlink_to('/dev/zero')
    elif kind == 'link to itself':
        path.symlink_to('odd.py')


def _misspell(rng: random.Random, key: str) -> str:
    """The key with a letter more in one of its names."""
    parts = key.split('.')
    index = rng.choice([index for index, part in enumerate(parts) if not part.isdecimal() and part != 'video'])
    at = rng.randrange(1, len(parts[index]) + 1)
    parts[index] = parts[index][:at] + rng.choice('qxz') + parts[index][at:]
    return '.'.join(parts)


def _mutate(rng: random.Random, good: Good) -> bytes:
    """The good config's text with some bytes lost, doubled or replaced."""
    content = bytearray((good.folder / good.config).read_bytes())
    for _ in range(rng.randrange(1, 4)):
        start = rng.randrange(len(content))
        end = min(start + rng.randrange(1, 30), len(content))
        new = rng.choice((b'', bytes(content[start:end]) * 2, rng.randbytes(end - start), b'(', b'"', b'\n'))
        content[start:end] = new
    return bytes(content)
