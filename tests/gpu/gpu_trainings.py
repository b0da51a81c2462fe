"""Short trainings of the quickstart's models by ``tools/train.py`` on a GPU, each in a process of its own."""

import json
from concurrent.futures import ThreadPoolExecutor

from gpu_cases import DEVICE, ROOT, run_process
from quickstart_models import QUICKSTART

AT_ONCE = 10 if DEVICE == 'cuda' else 1
CLIPS, BATCH = (64, 8) if DEVICE == 'cuda' else (8, 4)
MODELS = {
    'timesformer': 'timesformer_divST_moving_shapes.py',
    'motionformer': 'motionformer_moving_shapes.py',
    'dualformer': 'dualformer_moving_shapes.py',
    'vivit': 'vivit_fe_moving_shapes.py',
}
FSDP = "runner_type = 'mmaction_vt.Runner'\nmodel_wrapper_cfg = dict(type='mmaction_vt.FullyShardedModel')\n"
EMA = "custom_hooks = [dict(type='EMAHook', momentum=0.01)]\n"
TORCHRUN = ('-m', 'torch.distributed.run', '--standalone', '--nproc_per_node', '1')
# Name: the quickstart's model, a fragment of a config, options of the program, and whether torchrun starts it.
TRAININGS = {
    **{f'{model} plain': (model, '', (), False) for model in MODELS},
    **{
        f'{model} deterministic {turn}': (model, '', ('--deterministic',), False) for model in MODELS for turn in (1, 2)
    },
    'bf16': ('timesformer', '', ('--amp', 'bf16'), False),
    'fp16': ('timesformer', '', ('--amp', 'fp16'), False),
    'tf32': ('timesformer', '', ('--tf32',), False),
    'pinned': ('timesformer', 'train_dataloader = dict(num_workers=2, pin_memory=True)\n', (), False),
    'compiled': ('timesformer', 'compile = True\n', (), False),
    'compiled motionformer': ('motionformer', 'compile = True\n', (), False),
    'compiled bf16': ('dualformer', 'compile = True\n', ('--amp', 'bf16'), False),
    'averaged': ('timesformer', EMA, (), False),
    'checkpointing': ('timesformer', 'model = dict(backbone=dict(with_cp=True))\n', (), False),
    'compiled checkpointing': ('vivit', 'compile = True\nmodel = dict(backbone=dict(with_cp=True))\n', (), False),
    'ddp': ('timesformer', '', (), True),
    'ddp compiled': ('vivit', 'compile = True\n', (), True),
    'fsdp': ('timesformer', FSDP, (), True),
    'fsdp bf16': ('motionformer', FSDP, ('--amp', 'bf16'), True),
    'fsdp averaged': ('timesformer', FSDP + EMA, (), True),
    'fsdp compiled': ('timesformer', FSDP + 'compile = True\n', (), True),
}
CONFIG = """\
_base_ = {base!r}
train_dataloader = dict(batch_size={batch}, num_workers=0, persistent_workers=False,
                        dataset=dict(ann_file={train!r}, data_prefix=dict(video={data!r})))
val_dataloader = dict(batch_size=8, num_workers=0, persistent_workers=False,
                      dataset=dict(ann_file={val!r}, data_prefix=dict(video={data!r})))
test_dataloader = val_dataloader
train_cfg = dict(max_epochs=1)
param_scheduler = None
model = dict(cls_head=dict(dropout_ratio=0.0))
log_processor = dict(window_size=1)
default_hooks = dict(logger=dict(interval=1))
vis_backends = [dict(type='LocalVisBackend')]
visualizer = dict(vis_backends=vis_backends)
"""
# The quickstart as it is, with more processes for loading.
WHOLE = """\
_base_ = {base!r}
train_dataloader = dict(num_workers=6, dataset=dict(ann_file={data!r} + '/train.txt', data_prefix=dict(video={data!r})))
val_dataloader = dict(num_workers=2, dataset=dict(ann_file={data!r} + '/val.txt', data_prefix=dict(video={data!r})))
test_dataloader = val_dataloader
"""


def make_data(folder):
    """The quickstart's videos, and lists of a few of them."""
    train, val = (4000, 800) if DEVICE == 'cuda' else (CLIPS, 8)
    words = ('--train', train, '--val', val, '--workers', 16 if DEVICE == 'cuda' else 1)
    status, output = run_process(ROOT / 'tools/data/moving_shapes.py', folder, *words, timeout=240)
    assert status == 0, output[-3000:]
    for split, count in (('train', CLIPS), ('val', 16)):
        lines = (folder / f'{split}.txt').read_text().splitlines()[:count]
        (folder / f'few_{split}.txt').write_text('\n'.join(lines) + '\n')
    return folder


def write_config(path, data, model, fragment=''):
    """A config of the short training, or with ``fragment=None`` of the whole quickstart."""
    base = str(ROOT / QUICKSTART / MODELS[model])
    if fragment is None:
        path.write_text(WHOLE.format(base=base, data=str(data)))
        return path
    lists = {split: str(data / f'few_{split}.txt') for split in ('train', 'val')}
    short = path.with_name(f'{path.stem}_base.py')
    short.write_text(CONFIG.format(base=base, data=str(data), batch=BATCH, **lists))
    path.write_text(f'_base_ = {str(short)!r}\n{fragment}')
    return path


def run_all(folder, data, names, whole=False):
    """Run trainings, several at a time: exit status, output and work dir of each by name.

    Args:
        folder: Where configs and work dirs go.
        data: The folder of ``make_data``.
        names: Keys of ``TRAININGS``.
        whole: Whether the whole quickstart is run besides, as ``whole``.
    """

    def run(name):
        stem = name.replace(' ', '_')
        work_dir = folder / stem
        if name == 'whole':
            config = write_config(folder / f'{stem}.py', data, 'timesformer', None)
            words, seconds = (ROOT / 'tools/train.py', config, '--work-dir', work_dir), 300
        else:
            model, fragment, options, by_torchrun = TRAININGS[name]
            config = write_config(folder / f'{stem}.py', data, model, fragment)
            launcher, option = (TORCHRUN, ('--launcher', 'pytorch')) if by_torchrun else ((), ())
            words = (*launcher, ROOT / 'tools/train.py', config, '--work-dir', work_dir, *options, *option)
            seconds = 200
        return *run_process(*words, timeout=seconds), work_dir

    names = [*(['whole'] if whole else []), *names]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(names, pool.map(run, names), strict=True))


def scalars_of(work_dir, key):
    """The logged values of a key, in order."""
    lines = [
        line for path in sorted(work_dir.glob('*/vis_data/scalars.json')) for line in path.read_text().splitlines()
    ]
    return [entry[key] for entry in map(json.loads, lines) if key in entry]
