"""Hostile checkpoints: each bad file with the programs that read checkpoints, and bad training checkpoints."""

import random
from collections.abc import Iterator
from pathlib import Path

import torch

from hostile.bad_checkpoint import EVERYWHERE, IN_A_MODEL, Bad
from hostile.case import Case
from hostile.checkpoint_bytes import BYTES, damaged, pickled
from hostile.checkpoint_contents import changed
from hostile.checkpoint_folders import folders, special_files
from hostile.good import Good
from hostile.training_files import make_training, mutate

START = """_base_ = 'config.py'
model = dict(backbone=dict(init_cfg=dict(type={kind!r}, checkpoint={path!r})))
"""
INITIALISERS = ('Pretrained', 'mmaction_vt.FromImageModel')
# Damage that no checksum and no length misses.
SURE_DAMAGE = [name for name, (_, fails) in BYTES.items() if fails == EVERYWHERE and name != 'twice']


def cases(rng: random.Random, good: Good) -> Iterator[Case]:
    """Endless: bad files with every program in random order, and between them training checkpoints."""
    turn = 0
    while True:
        bads = bad_files()
        rng.shuffle(bads)
        for bad in bads:
            yield file_case(bad, rng, good, turn)
            if rng.random() < 0.3:
                yield rng.choice((resumed_case, newest_case))(rng.randrange(10**9), good)
        turn += 1


def bad_files() -> list[Bad]:
    return [*damaged(), *pickled(), *changed(), *folders(), *special_files()]


def file_case(bad: Bad, rng: random.Random, good: Good, turn: int) -> Case:
    """A bad file with one of the programs."""
    program = rng.choice(sorted(ARGUMENTS))
    seed = rng.randrange(2**32)
    fails = bad.fails == EVERYWHERE or (bad.fails == IN_A_MODEL and program in IN_MODELS)
    if program in INITIALISERS:  # take what fits from image models
        fails = False

    def make(folder: Path) -> None:
        state = torch.load(folder / good.checkpoint)['state_dict']
        bad.make(folder, state, random.Random(seed))
        for number, kind in enumerate(INITIALISERS):
            (folder / f'start_{number}.py').write_text(START.format(kind=kind, path=bad.path))

    argv = tuple(part.format(bad=bad.path, g=good) for part in ARGUMENTS[program])
    return Case(f'{bad.name}, {program}, {turn}', argv, make, must_fail=fails, keep=(good.checkpoint,))


CONVERT = 'tools/convert_checkpoint.py'
TRAIN = ('tools/train.py', '--no-validate', '--cfg-options', 'default_hooks.checkpoint.save_best=None')
ARGUMENTS = {
    'demo': ('demo/demo.py', '{g.config}', '{bad}', '{g.video}'),
    'test': ('tools/test.py', '{g.config}', '{bad}'),
    'predict': ('tools/predict.py', '{g.config}', '{bad}', '{g.video}'),
    'convert': (CONVERT, '{bad}', 'out.pth'),
    'convert to huggingface': (CONVERT, '{bad}', 'out', '--to', 'huggingface', '--num-heads', '2'),
    'export': ('tools/deployment/export.py', '{g.config}', '{bad}', '--out', 'out.pt2', '--no-check'),
    'load_from': (*TRAIN, 'load_from={bad}', '--', '{g.config}'),
    INITIALISERS[0]: ('tools/train.py', 'start_0.py', '--no-validate'),
    INITIALISERS[1]: ('tools/train.py', 'start_1.py', '--no-validate'),
    'resume': ('tools/train.py', '{g.config}', '--resume', '{bad}'),
}  # fmt: skip
IN_MODELS = ('demo', 'test', 'predict', 'export', 'load_from', 'resume')


def resumed_case(seed: int, good: Good) -> Case:
    """A training checkpoint with one entry that is removed, replaced or added."""

    def make(folder: Path) -> None:
        state = torch.load(folder / good.checkpoint)['state_dict']
        changed, _ = mutate(make_training(folder, state), random.Random(seed))
        torch.save(changed, folder / 'changed.pth')

    argv = ('tools/train.py', 'training.py', '--no-validate', '--resume', 'changed.pth')
    return Case(f'training checkpoint {seed}', argv, make, must_fail=False)


def newest_case(seed: int, good: Good) -> Case:
    """A work dir whose newest checkpoint is damaged: training resumes from the one before."""
    rng = random.Random(seed)
    damage = rng.choice(SURE_DAMAGE)

    def make(folder: Path) -> None:
        state = torch.load(folder / good.checkpoint)['state_dict']
        whole = make_training(folder, state)
        place = folder / 'w'
        place.mkdir()
        torch.save(whole, place / 'epoch_1.pth')
        torch.save({**whole, 'meta': {'epoch': 2, 'iter': 4, 'seed': 0}}, place / 'epoch_2.pth')
        (place / 'epoch_2.pth').write_bytes(BYTES[damage][0]((place / 'epoch_2.pth').read_bytes(), rng))

    def check(folder: Path, output: str) -> str | None:
        return None if 'epoch_2.pth is skipped' in output else 'the damaged checkpoint is not named'

    argv = ('tools/train.py', 'training.py', '--no-validate', '--work-dir', 'w', '--resume')
    return Case(f'newest checkpoint: {damage}, {seed}', argv, make, must_fail=False, check=check)
