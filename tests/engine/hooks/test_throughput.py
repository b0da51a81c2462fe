"""Clips in a second, in the log and in TensorBoard's file."""

import re

import pytest
import torch
from mmengine.logging import MessageHub
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from mmaction_vt.engine import ThroughputHook
from mmaction_vt.errors import InputError


class Runner:
    message_hub = MessageHub.get_instance('throughput')


def test_counts_over_the_last_steps():
    hook, runner = ThroughputHook(window_size=2), Runner()
    clip = torch.zeros(1, 3, 2, 4, 4)
    batches = [[clip, clip], [clip.repeat(3, 1, 1, 1, 1)], [[clip, clip], [clip, clip]], torch.zeros(5, 2, 3, 2, 4, 4)]
    for seconds, batch, rate in zip((1, 2, 8, 2), batches, (2 / 1, 5 / 3, 7 / 10, 14 / 10), strict=True):
        runner.message_hub.update_scalar('train/time', seconds)
        hook.after_train_iter(runner, 0, dict(inputs=batch))
        assert runner.message_hub.get_scalar('train/clips_per_second').current() == pytest.approx(rate)
    with pytest.raises(InputError, match='at least 1, not 0'):
        ThroughputHook(0)


def test_log_and_tensorboard(tiny_config, run_program, tmp_path):
    config = tiny_config.rename(tmp_path / 'tiny_throughput.py')
    run_program('tools/train.py', config, '--cfg-options', 'default_hooks.logger.interval=2')
    (log,) = (tmp_path / 'work_dir').glob('*/*.log')
    lines = re.findall(r'epoch \d/2 .*', log.read_text())
    assert len(lines) == 4
    assert all(re.search(r' loss \S+ .* clips/s .* eta ', line) for line in lines)
    (events,) = (tmp_path / 'work_dir').glob('*/vis_data/events*')
    accumulator = EventAccumulator(str(events))
    accumulator.Reload()
    assert {'loss', 'lr', 'clips_per_second', 'acc/top1'} <= set(accumulator.Tags()['scalars'])
    assert [point.step for point in accumulator.Scalars('loss')] == [2, 4, 6, 8]
