"""Trainings of a small model by two processes: ``torchrun ... sharded_trainings.py CONFIG FOLDER NAME...``.

Each NAME is one of ``FRAGMENTS``, and writes the figures of its steps to ``FOLDER/NAME.json``. ``A-B`` stops training A
after its third step and resumes it as B.
"""

import json
import os
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

import torch
from mmengine.config import Config
from mmengine.dist import barrier, get_rank, is_main_process
from mmengine.hooks import Hook
from mmengine.runner import Runner as PlainRunner

from mmaction_vt.checkpoints.newest import newest_complete_checkpoint
from mmaction_vt.engine import FullyShardedModel
from mmaction_vt.engine.runner.sharding import gather_shards
from mmaction_vt.registry import HOOKS, RUNNERS

BASE = Path(__file__).parents[3] / 'configs' / '_base_' / 'distributed'
FSDP = dict(Config.fromfile(BASE / 'fsdp.py'))
EMA = dict(custom_hooks=[dict(type='EMAHook', momentum=0.2)])
BF16 = dict(optim_wrapper=dict(type='mmaction_vt.MixedPrecisionOptimWrapper', precision='bf16'))
COMPILED = dict(runner_type='mmaction_vt.Runner', compile=dict(backend='eager'))
WITH_CP = dict(model=dict(backbone=dict(with_cp=True)))
FRAGMENTS = dict(
    plain=dict(),
    fsdp=FSDP,
    zero=dict(runner_type='mmaction_vt.Runner', optim_wrapper=dict(optimizer=Config.fromfile(BASE / 'zero.py').zero)),
    ema=EMA,
    fsdp_ema=dict(FSDP, **EMA),
    bf16=BF16,
    fsdp_bf16=dict(FSDP, **BF16),
    compiled_with_cp=dict(COMPILED, **WITH_CP, **EMA),
    fsdp_compiled_with_cp=dict(COMPILED, **FSDP, **WITH_CP, **EMA),
)
traffic = dict(reductions=0, gathered='')


def count(name, key, value):
    """Note a collective operation of FSDP in ``traffic``."""
    operation = getattr(torch.distributed, name)

    def counted(*args, **kwargs):
        traffic[key] = value(traffic[key], args, kwargs)
        return operation(*args, **kwargs)

    setattr(torch.distributed, name, counted)


@HOOKS.register_module()
class NoteLosses(Hook):
    """Keeps loss, gradient norm and reductions of all steps; stops rank 1 by a signal before a step."""

    figures: ClassVar = []

    def __init__(self, stop):
        self.stop = stop

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        if runner.iter == self.stop and get_rank() == 1:
            os.kill(os.getpid(), signal.SIGTERM)

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        norms = runner.message_hub.log_scalars.get('train/grad_norm')  # of the optimizer's last step
        self.figures.append([float(outputs['loss']), norms.current() if norms else 0.0, traffic['reductions']])
        traffic['reductions'] = 0


def train(config, kind, work_dir, stop=-1):
    config = Config.fromfile(config)
    config.merge_from_dict(FRAGMENTS[kind])
    config.custom_hooks = [dict(type='mmaction_vt.NoteLosses', stop=stop), *config.get('custom_hooks', ())]
    config.update(work_dir=str(work_dir), launcher='pytorch')
    config.train_cfg.type = 'mmaction_vt.EpochBasedTrainLoop'
    barrier()  # the first process has written what it writes
    path = newest_complete_checkpoint(work_dir)
    config.resume, config.load_from = path is not None, path
    runner = RUNNERS.build(config) if 'runner_type' in config else PlainRunner.from_cfg(config)
    with suppress(SystemExit):
        runner.train()
    return runner


def held(runner):
    """How many tensors of a full state this process has, and the type of parameters that were gathered."""
    weights, state = runner.model.full_state_dict(), gather_shards(runner.optim_wrapper.state_dict())
    values = [*weights.values(), *(entry['exp_avg'] for entry in state['state'].values())]
    return dict(full=sum(value is not None for value in values), gathered=traffic['gathered'])


def main(config, folder, *names):
    count('reduce_scatter_tensor', 'reductions', lambda old, args, kwargs: old + 1)
    count('all_gather_into_tensor', 'gathered', lambda old, args, kwargs: str((*args, *kwargs.values())[0].dtype))
    for name in names:
        first, _, second = name.partition('-')
        work_dir = Path(folder) / name
        if is_main_process():
            shutil.rmtree(work_dir, ignore_errors=True)
        NoteLosses.figures.clear()
        torch._dynamo.reset()
        torch._dynamo.utils.counters.clear()
        runner = train(config, first, work_dir, stop=2 if second else -1)
        if second:
            runner = train(config, second, work_dir)
        if is_main_process():
            graphs = torch._dynamo.utils.counters
            notes = dict(graphs=graphs['stats']['unique_graphs'], breaks=sum(graphs['graph_break'].values()))
            Path(folder, f'{name}.compiled.json').write_text(json.dumps(notes))
        if isinstance(runner.model, FullyShardedModel):
            Path(folder, f'{name}.{get_rank()}.json').write_text(json.dumps(held(runner)))
        if is_main_process():
            Path(folder, f'{name}.json').write_text(json.dumps(NoteLosses.figures))


main(*sys.argv[1:])
