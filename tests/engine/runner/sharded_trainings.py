"""Trainings of a small model by two processes: ``torchrun ... sharded_trainings.py CONFIG FOLDER NAME...``.

Each NAME is ``plain``, ``fsdp`` or ``zero``, and writes the losses of its steps to ``FOLDER/NAME.json``. ``A-B`` stops
training A after its third step and resumes it as B.
"""

import json
import os
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from mmengine.config import Config
from mmengine.dist import barrier, get_rank, is_main_process
from mmengine.hooks import Hook
from mmengine.runner import Runner as PlainRunner

from mmaction_vt.checkpoints.newest import newest_complete_checkpoint
from mmaction_vt.registry import HOOKS, RUNNERS

BASE = Path(__file__).parents[3] / 'configs' / '_base_' / 'distributed'
FRAGMENTS = dict(
    plain=dict(),
    fsdp=dict(Config.fromfile(BASE / 'fsdp.py')),
    zero=dict(runner_type='mmaction_vt.Runner', optim_wrapper=dict(optimizer=Config.fromfile(BASE / 'zero.py').zero)),
)


@HOOKS.register_module()
class NoteLosses(Hook):
    """Keeps the losses and gradient norms of all steps; stops rank 1 by a signal before a step."""

    figures: ClassVar = []

    def __init__(self, stop):
        self.stop = stop

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        if runner.iter == self.stop and get_rank() == 1:
            os.kill(os.getpid(), signal.SIGTERM)

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        norms = runner.message_hub.log_scalars.get('train/grad_norm')  # of the optimizer's last step
        self.figures.append([float(outputs['loss']), norms.current() if norms else 0.0])


def train(config, kind, work_dir, stop=-1):
    config = Config.fromfile(config)
    config.merge_from_dict(FRAGMENTS[kind])
    config.custom_hooks = [dict(type='mmaction_vt.NoteLosses', stop=stop)]
    config.update(work_dir=str(work_dir), launcher='pytorch')
    config.train_cfg.type = 'mmaction_vt.EpochBasedTrainLoop'
    barrier()  # the first process has written what it writes
    path = newest_complete_checkpoint(work_dir)
    config.resume, config.load_from = path is not None, path
    with suppress(SystemExit):
        (RUNNERS.build(config) if 'runner_type' in config else PlainRunner.from_cfg(config)).train()


def main(config, folder, *names):
    for name in names:
        first, _, second = name.partition('-')
        work_dir = Path(folder) / name
        if is_main_process():
            shutil.rmtree(work_dir, ignore_errors=True)
        NoteLosses.figures.clear()
        train(config, first, work_dir, stop=2 if second else -1)
        if second:
            train(config, second, work_dir)
        if is_main_process():
            Path(folder, f'{name}.json').write_text(json.dumps(NoteLosses.figures))


main(*sys.argv[1:])
