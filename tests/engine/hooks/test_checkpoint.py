"""No checkpoint is lost when a disk is full or a file is corrupt."""

import errno
import os
import re
import subprocess
from argparse import ArgumentParser
from pathlib import Path

import pytest
import torch

from mmaction_vt.checkpoints import write
from mmaction_vt.checkpoints.newest import newest_complete_checkpoint
from mmaction_vt.checkpoints.write import write_checkpoint
from mmaction_vt.cli import run
from mmaction_vt.errors import InputError
from mmaction_vt.utils import files

WHOLE = dict(
    state_dict={'a': torch.ones(3)},
    optimizer={},
    meta=dict(epoch=1, iter=4),
    message_hub=dict(log_scalars={}, runtime_info={}, resumed_keys={}),
)


def test_a_file_is_whole_or_not_there(tmp_path, monkeypatch):
    path = tmp_path / 'new' / 'epoch_1.pth'
    write_checkpoint(WHOLE, str(path))
    before = path.read_bytes()

    def die(file):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.os, 'fsync', die)  # the moment at which a full disk shows
    with pytest.raises(InputError, match=r'epoch_1\.pth \(.* MB\) cannot be written: No space left on device'):
        write_checkpoint(dict(WHOLE, state_dict={'a': torch.zeros(9)}), str(path))
    assert path.read_bytes() == before and [file.name for file in path.parent.iterdir()] == ['epoch_1.pth']


def test_a_disk_that_is_full(tmp_path, monkeypatch):
    def refuse(file, content):
        with Path('/dev/full').open('wb', buffering=0) as full:  # refuses every write as a full disk does
            full.write(content)

    monkeypatch.setattr(Path, 'write_bytes', refuse)
    with pytest.raises(InputError, match='No space left on device'):
        write_checkpoint(WHOLE, str(tmp_path / 'epoch_1.pth'))
    assert not list(tmp_path.iterdir())


@pytest.fixture
def mount(tmp_path):
    """Mount a file system in memory, where that is permitted."""
    mounted = []

    def run(options):
        folder = tmp_path / f'disk_{len(mounted)}'
        folder.mkdir()
        result = subprocess.run(
            ['mount', '-t', 'tmpfs', '-o', options, 'none', folder], capture_output=True, text=True, check=False
        )
        if result.returncode:
            pytest.skip(f'no file system can be mounted here: {result.stderr.strip()}')
        mounted.append(folder)
        return folder

    yield run
    for folder in mounted:
        subprocess.run(['umount', '--lazy', folder], check=True)  # the log is still open


LARGER = ['model.backbone.embed_dims=160', 'model.backbone.num_layers=4', 'model.cls_head.in_channels=160']


def test_a_disk_of_20_mb(mount, tiny_config, run_program):
    work_dir = mount('size=20m') / 'w'
    options = ['--no-validate', '--work-dir', work_dir, '--cfg-options', *LARGER]
    keep = ['default_hooks.checkpoint.max_keep_ckpts=-1', 'train_cfg.max_epochs=12']
    message = run_program('tools/train.py', tiny_config, *options, *keep, fails=True)
    assert re.search(r'epoch_3\.pth \(.* MB\) cannot be written: No space left on device', message)
    assert sorted(path.name for path in work_dir.glob('*.pth*')) == ['epoch_1.pth', 'epoch_2.pth']
    (work_dir / 'epoch_1.pth').unlink()  # as a user would make room
    run_program('tools/train.py', tiny_config, '--resume', *options, 'train_cfg.max_epochs=3')
    assert sorted(path.name for path in work_dir.glob('*.pth*')) == ['epoch_2.pth', 'epoch_3.pth']


@pytest.mark.parametrize('program', ['train', 'test'])
def test_a_work_dir_that_cannot_be_written_to(mount, tiny_config, run_program, tmp_path, program):
    (tmp_path / 'file').touch()
    checkpoint = [tmp_path / 'none.pth'] if program == 'test' else []
    for work_dir in (mount('ro') / 'w', tmp_path / 'file'):
        options = [*checkpoint, '--work-dir', work_dir]
        message = run_program(f'tools/{program}.py', tiny_config, *options, fails=True)
        assert re.search(r'the work dir .* cannot be written to: (Read-only|File exists).* --work-dir', message)


def test_a_disk_that_is_full_at_another_moment(monkeypatch):
    def main(args):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), 'scalars.json')

    monkeypatch.setattr('sys.argv', ['program'])
    with pytest.raises(SystemExit, match=r'error: scalars\.json cannot be written: No space left'):
        run(main, ArgumentParser())


def test_the_old_one_goes_when_the_new_one_is_there(tiny_config, run_program, tmp_path, monkeypatch):
    """At no time is there less than one whole checkpoint."""
    seen = []
    original = write.write_checkpoint

    def spy(checkpoint, filename, **options):
        seen.append((Path(filename).name, sorted(path.name for path in (tmp_path / 'work_dir').glob('*.pth'))))
        original(checkpoint, filename, **options)

    import mmengine.runner.runner as mmengine_runner

    monkeypatch.setattr(mmengine_runner, 'save_checkpoint', spy)
    options = ['train_cfg.max_epochs=3', 'default_hooks.checkpoint.max_keep_ckpts=1']
    run_program('tools/train.py', tiny_config, '--cfg-options', *options)
    regular = [(name, there) for name, there in seen if name.startswith('epoch_')]
    for name, there in regular[1:]:
        assert [other for other in there if other.startswith('epoch_')], name
    best = [there for name, there in seen if name.startswith('best_')]
    assert all(any(other.startswith('best_') for other in there) for there in best[1:])
    left = sorted(path.name for path in (tmp_path / 'work_dir').glob('epoch_*.pth'))
    assert left == ['epoch_3.pth']


def damage(path, how):
    content = path.read_bytes()
    path.write_bytes({'cut': content[: len(content) // 2], 'empty': b'', 'foreign': b'GIF89a' * 50}[how])


@pytest.mark.parametrize('how', ['cut', 'empty', 'foreign'])
def test_passes_over_damaged_files(tmp_path, how, monkeypatch):
    told = []
    monkeypatch.setattr('mmaction_vt.checkpoints.newest.print_log', lambda text, *_: told.append(text))
    assert newest_complete_checkpoint(tmp_path) is None
    for number in (1, 2, 10):
        write_checkpoint(WHOLE, str(tmp_path / f'epoch_{number}.pth'))
        os.utime(tmp_path / f'epoch_{number}.pth', (number, number))
    write_checkpoint(dict(state_dict={}), str(tmp_path / 'best_acc_top1_epoch_10.pth'))
    assert newest_complete_checkpoint(tmp_path) == str(tmp_path / 'epoch_10.pth')
    damage(tmp_path / 'epoch_10.pth', how)
    os.utime(tmp_path / 'epoch_10.pth', (10, 10))
    assert newest_complete_checkpoint(tmp_path) == str(tmp_path / 'epoch_2.pth')
    assert len(told) == 1 and re.search(r'epoch_10\.pth is skipped', told[0])
    for number in (1, 2):
        damage(tmp_path / f'epoch_{number}.pth', how)
    with pytest.raises(InputError, match=r'the 3 checkpoints in .* cannot be resumed'):
        newest_complete_checkpoint(tmp_path)


def test_weights_alone_are_no_checkpoint_to_go_on_from(tmp_path):
    write_checkpoint(WHOLE, str(tmp_path / 'epoch_1.pth'))
    write_checkpoint(dict(state_dict={}, meta={}), str(tmp_path / 'epoch_2.pth'))
    assert newest_complete_checkpoint(tmp_path) == str(tmp_path / 'epoch_1.pth')
