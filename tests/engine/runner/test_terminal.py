"""The terminal shows what concerns a user, the log file everything."""

import io
import logging

import pytest

from mmaction_vt.engine.runner.terminal import FOR_TERMINAL, show_less


@pytest.fixture
def logger(tmp_path):
    logger = logging.Logger('terminal')  # noqa: LOG001  of this test alone
    logger.addHandler(logging.StreamHandler(io.StringIO()))
    logger.addHandler(logging.FileHandler(tmp_path / 'log.txt'))
    show_less(logger)
    show_less(logger)  # a second runner has the same logger
    yield logger
    logger.handlers[1].close()


def shown(logger):
    return logger.handlers[0].stream.getvalue()


def test_long_messages_go_to_the_file_only(logger, tmp_path):
    dump = 'Config:\n' + 'key = 1\n' * 10
    logger.info(dump)
    logger.info('Exp name: tiny')
    assert not shown(logger)
    assert dump in (tmp_path / 'log.txt').read_text()
    logger.info(dump, extra=FOR_TERMINAL)
    assert shown(logger).count('key = 1') == 10


def test_warnings_and_errors_are_always_shown_with_their_level(logger):
    logger.info('a line')
    logger.warning('one\ntwo\nthree\nfour\nfive')
    logger.error('broken')
    lines = shown(logger).splitlines()
    assert [line.split(' ', 1)[1] for line in (lines[0], lines[1], lines[-1])] == [
        'a line',
        'warning: one',
        'error: broken',
    ]


def test_warnings_that_nobody_can_act_on_are_not(logger):
    logger.warning('"HardDiskBackend" is the alias of "LocalBackend"')
    logger.warning('backbone.cls_token is skipped since its requires_grad=False')
    assert not shown(logger)
