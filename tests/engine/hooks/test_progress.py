"""The progress bar: on a terminal only, below the lines of the log, and gone afterwards."""

import io
import logging
from types import SimpleNamespace

import pytest
from rich.console import Console

from mmaction_vt.engine import ProgressHook


@pytest.fixture
def runner():
    logger = logging.Logger('progress')  # noqa: LOG001  of this test alone
    logger.addHandler(logging.StreamHandler(io.StringIO()))
    return SimpleNamespace(logger=logger, epoch=0, max_epochs=2, train_dataloader=range(3), val_dataloader=range(2))


def test_a_bar_and_lines_above_it(runner):
    out = io.StringIO()
    hook = ProgressHook(Console(file=out, force_terminal=True, width=100))
    stream = runner.logger.handlers[0].stream
    hook.before_train_epoch(runner)
    hook.after_train_iter(runner, 1)
    runner.logger.info('a line of the log')
    hook.progress.refresh()
    assert 'epoch 1/2' in out.getvalue() and '2/3' in out.getvalue() and 'a line of the log' in out.getvalue()
    hook.before_val_epoch(runner)
    hook.progress.refresh()
    assert 'validation' in out.getvalue()
    hook.close()
    assert hook.progress is None and runner.logger.handlers[0].stream is stream


def test_nothing_where_there_is_no_terminal(runner):
    out = io.StringIO()
    hook = ProgressHook(Console(file=out))
    hook.before_train_epoch(runner)
    hook.after_train_iter(runner, 0)
    hook.after_train_epoch(runner)
    assert not out.getvalue()
