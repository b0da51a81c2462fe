"""Kill a training again and again, and see that it ends as if nothing had been: ``python tests/fault_injection.py``.

A small TimeSformer trains on moving shapes and keeps one checkpoint, written after every step. Each process is killed
(SIGKILL) at a random moment, in training, writing, or validating, and the next one resumes. In the end the weights are
compared with those of a training that was left alone.
"""

import os
import random
import signal
import tempfile
import time
from argparse import ArgumentParser
from pathlib import Path

from forked_programs import ROOT, preload, start, wait  # first: it sets the number of threads

import torch  # isort: skip

CONFIG = """
_base_ = {base!r}
model = dict(backbone=dict(embed_dims=32, num_layers=2, drop_path_rate=0.2), cls_head=dict(in_channels=32))
train_dataloader = dict(batch_size=8, num_workers=0, persistent_workers=False)
val_dataloader = dict(batch_size=8, num_workers=0, persistent_workers=False)
train_cfg = dict(max_epochs={epochs})
default_hooks = dict(checkpoint=dict(interval=1, by_epoch=False, max_keep_ckpts=1, save_best=None, rule=None))
custom_hooks = [dict(type='EMAHook', momentum=0.1)]
"""


def train(folder: Path, name: str) -> tuple[Path, list[object]]:
    work_dir = folder / name
    return work_dir, ['tools/train.py', folder / 'config.py', '--work-dir', work_dir, '--resume']


def final_weights(work_dir: Path) -> dict[str, torch.Tensor]:
    (path,) = work_dir.glob('iter_*.pth')
    checkpoint = torch.load(path, weights_only=True)
    averaged = {f'average.{key}': value for key, value in checkpoint['ema_state_dict'].items()}
    return {**checkpoint['state_dict'], **averaged}


def main() -> None:
    parser = ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--kills', type=int, default=30, help='how often (default: %(default)s)')
    parser.add_argument('--epochs', type=int, default=6, help='length of the training (default: %(default)s)')
    parser.add_argument('--seed', type=int, default=0, help='from which the moments follow (default: %(default)s)')
    parser.add_argument('--limit', type=float, default=600, help='most seconds of the whole (default: %(default)s)')
    args = parser.parse_args()
    preload()
    rng, deadline = random.Random(args.seed), time.monotonic() + args.limit
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = folder / 'log.txt'
        os.chdir(folder)
        data = folder / 'data' / 'moving_shapes'
        options = ['--train', 64, '--val', 16, '--size', 32, '--workers', 1]
        assert wait(start(log, 'tools/data/moving_shapes.py', data, *options), 60) == 0, log.read_text()
        base = ROOT / 'configs' / 'recognition' / 'quickstart' / 'timesformer_divST_moving_shapes.py'
        (folder / 'config.py').write_text(CONFIG.format(base=str(base), epochs=args.epochs))

        alone, command = train(folder, 'alone')
        begin = time.monotonic()
        assert wait(start(log, *command), args.limit) == 0, log.read_text()[-3000:]
        length = time.monotonic() - begin
        print(f'left alone: {length:.1f} s', flush=True)

        killed, command = train(folder, 'killed')
        kills = 0
        while kills < args.kills and time.monotonic() < deadline:
            number = start(log, *command)
            status = wait(number, rng.uniform(0.05, 1) * 2.5 * length / args.epochs)
            if status is None:
                os.kill(number, signal.SIGKILL)
                os.waitpid(number, 0)
                kills += 1
                there = sorted(path.name for path in killed.glob('*.pt*')) if killed.is_dir() else []
                print(f'kill {kills}: {", ".join(there) or "nothing yet"}', flush=True)
            else:
                assert status == 0, log.read_text()[-3000:]
                if kills < args.kills:  # it came to its end: once more from the start
                    for path in killed.glob('*.pth'):
                        path.unlink()
        status = wait(start(log, *command), args.limit)
        assert status == 0, log.read_text()[-3000:]
        first, second = final_weights(alone), final_weights(killed)
        assert first.keys() == second.keys()
        differing = [key for key in first if not torch.equal(first[key], second[key])]
        assert not differing, f'other weights after {kills} kills: {differing[:5]}'
        print(f'{kills} kills, and the same weights')


if __name__ == '__main__':
    main()
