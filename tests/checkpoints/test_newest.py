"""The newest checkpoint is the one that was written last, whatever the clock says."""

import os
from pathlib import Path

import pytest
import torch

from mmaction_vt.checkpoints.newest import newest_complete_checkpoint


def checkpoint(meta):
    hub = dict(log_scalars={}, runtime_info={}, resumed_keys={})
    return dict(state_dict={'a': torch.ones(3)}, optimizer={}, meta=meta, message_hub=hub)


@pytest.fixture
def write(tmp_path):
    def write(name, iteration, time):
        torch.save(checkpoint(dict(epoch=1, iter=iteration)), tmp_path / name)
        os.utime(tmp_path / name, (time, time))

    return write


@pytest.fixture
def newest(tmp_path):
    return lambda: Path(newest_complete_checkpoint(tmp_path)).name


def test_a_clock_that_went_back(write, newest):
    for number, time in ((9, 900), (10, 800), (11, 700)):
        write(f'epoch_{number}.pth', number, time)
    assert newest() == 'epoch_11.pth'


def test_an_interrupt_after_the_clock_went_back(write, newest):
    write('epoch_2.pth', 20, 900)
    write('interrupted_iter_25.pth', 25, 100)
    assert newest() == 'interrupted_iter_25.pth'
    write('epoch_3.pth', 30, 50)  # by a hook that leaves those of interrupts
    assert newest() == 'epoch_3.pth'


def test_the_one_that_was_written_last_after_going_on_from_an_earlier_one(write, newest, tmp_path):
    write('epoch_3.pth', 30, 300)
    write('epoch_2.pth', 20, 100)
    (tmp_path / 'last_checkpoint').write_text('/elsewhere/work_dir/epoch_2.pth')
    assert newest() == 'epoch_2.pth'
    (tmp_path / 'epoch_2.pth').write_bytes(b'damaged')
    assert newest() == 'epoch_3.pth'
    (tmp_path / 'last_checkpoint').write_bytes(b'\xff')
    assert newest() == 'epoch_3.pth'


@pytest.mark.parametrize('meta', [dict(iter='x'), [], None])
def test_an_iteration_that_is_none(write, newest, tmp_path, meta):
    write('epoch_1.pth', 10, 100)
    torch.save(checkpoint(meta), tmp_path / 'epoch_2.pth')
    assert newest() == 'epoch_1.pth'
