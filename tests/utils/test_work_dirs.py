"""A work dir has one owner, which nothing but its death or its end makes it lose."""

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import threading

import pytest

from mmaction_vt.errors import InputError
from mmaction_vt.utils import work_dirs
from mmaction_vt.utils.work_dirs import LOCK, check_unused, delete_earlier, is_first_process, own_work_dir

HOLD = """
import sys, time
from mmaction_vt.utils.work_dirs import own_work_dir
with own_work_dir(sys.argv[1]):
    print('holds', flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """A process that owns the folder."""
    process = subprocess.Popen(
        [sys.executable, '-c', HOLD, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == 'holds\n'
    yield process
    process.kill()
    process.wait()


def test_a_second_owner_is_refused_until_the_first_ends(tmp_path, holder):
    with pytest.raises(InputError, match=rf'process {holder.pid} on {socket.gethostname()}, since 20'):
        own_work_dir(tmp_path).__enter__()
    holder.stdin.close()
    holder.wait()
    with own_work_dir(tmp_path):
        with pytest.raises(InputError, match='this process'), own_work_dir(tmp_path):
            pass
        assert json.loads((tmp_path / LOCK).read_text())['process'] == os.getpid()
    assert not list(tmp_path.iterdir())


def test_a_killed_owner_blocks_nobody(tmp_path, holder):
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    assert (tmp_path / LOCK).exists()
    with own_work_dir(tmp_path):
        pass


@pytest.fixture
def no_locks(monkeypatch):
    """A file system without locks."""

    def refuse(*_):
        raise OSError(37, os.strerror(37))

    monkeypatch.setattr(fcntl, 'lockf', refuse)


@pytest.mark.usefixtures('no_locks')
def test_without_locks_a_process_is_looked_for(tmp_path, holder):
    with pytest.raises(InputError, match=f'process {holder.pid} on'):
        own_work_dir(tmp_path).__enter__()
    holder.kill()
    holder.wait()
    with own_work_dir(tmp_path):
        pass


def test_an_owner_elsewhere_gives_signs_of_life(tmp_path, monkeypatch):
    monkeypatch.setattr(work_dirs, 'SILENCE', 0.5)
    monkeypatch.setattr(work_dirs, 'BEAT', 0.1)
    path = tmp_path / LOCK
    path.write_text(json.dumps(dict(host='elsewhere', process=7, born=1, started='yesterday')))
    over = threading.Event()

    def live():
        while not over.wait(0.05):
            os.utime(path)

    heart = threading.Thread(target=live)
    heart.start()
    with pytest.raises(InputError, match='process 7 on elsewhere, since yesterday'):
        own_work_dir(tmp_path).__enter__()
    over.set()
    heart.join()
    with own_work_dir(tmp_path):  # it has died
        pass


@pytest.mark.parametrize('content', ['', '{', '[]', '{"host": 1}', '\x00' * 9000])
def test_a_lock_file_of_something_else(tmp_path, content):
    (tmp_path / LOCK).write_text(content)
    with own_work_dir(tmp_path):
        pass


def test_a_lock_that_is_no_file(tmp_path):
    (tmp_path / LOCK).mkdir()
    with pytest.raises(InputError, match=r'training\.lock cannot be opened: Is a directory'):
        own_work_dir(tmp_path).__enter__()


def test_checkpoints_of_an_earlier_training(tmp_path):
    check_unused(tmp_path, overwrite=False)
    names = ('best_acc_top1_epoch_2.pth', 'epoch_2.pth', 'interrupted_iter_3.pth', 'iter_9.pth')
    for name in (*names, 'other.pth', 'last_checkpoint'):
        (tmp_path / name).touch()
    with pytest.raises(InputError, match=r'has 4 checkpoints of an earlier training.* --resume .* --overwrite'):
        check_unused(tmp_path, overwrite=False)
    with pytest.raises(InputError, match=r'would delete .*epoch_2\.pth, which the training starts from'):
        check_unused(tmp_path, True, str(tmp_path / 'epoch_2.pth'))
    check_unused(tmp_path, True, str(tmp_path / 'other.pth'))
    assert delete_earlier(tmp_path) == 4 and [path.name for path in tmp_path.iterdir()] == ['other.pth']


def test_a_restarted_process_does_not_delete_its_own(tmp_path, monkeypatch):
    (tmp_path / 'epoch_1.pth').touch()
    monkeypatch.setenv('TORCHELASTIC_RESTART_COUNT', '1')
    with pytest.raises(InputError, match='1 checkpoints of an earlier training'):
        check_unused(tmp_path, overwrite=True)


def test_the_first_process_owns(monkeypatch):
    monkeypatch.setenv('RANK', '1')
    assert not is_first_process('pytorch') and is_first_process('none') and is_first_process('slurm')


def test_a_second_training_is_refused(tiny_config, run_program, tmp_path):
    (tmp_path / 'work_dir').mkdir()
    with own_work_dir(tmp_path / 'work_dir'):
        message = run_program('tools/train.py', tiny_config, fails=True)
    assert 'work_dir belongs to a training that is running' in message and '--work-dir' in message
