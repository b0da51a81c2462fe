"""Text is UTF-8, its numbers are ASCII digits; whatever else gets a sentence with the line."""

import os
from argparse import ArgumentTypeError

import pytest

from mmaction_vt.cli import read_labels
from mmaction_vt.errors import InputError
from mmaction_vt.utils.annotation_files import parse_label
from mmaction_vt.utils.option_types import even, integer, number, positive, seed, share
from mmaction_vt.utils.text_files import decode_text, parse_digits, parse_seconds, read_text

NOT_DIGITS = ('0_1', '\u0661', '\uff11', '\u00b2', '+1', '-1', '1.0', '1e3', '', ' 1', '0x1', '9' * 5000)


@pytest.mark.parametrize('data', [b'a\nb', b'\xef\xbb\xbfa\nb\n', b'a\r\nb\r\n', b'a\rb'])
def test_line_ends_and_the_byte_order_mark_do_not_matter(tmp_path, data):
    (tmp_path / 'a.txt').write_bytes(data)
    assert read_text(tmp_path / 'a.txt', 'lines').splitlines() == ['a', 'b']
    assert decode_text(data, 'a.txt', 'lines').split() == ['a', 'b']


@pytest.mark.parametrize('bad', [b'caf\xe9', b'\xff\xfea\0', b'a\0', b'\xed\xa0\x80', b'\xe2\x82'])
def test_other_encodings_are_refused_with_the_line(tmp_path, bad):
    data = b'fine\n' * 5000 + bad + b'\nfine\n'
    (tmp_path / 'a.txt').write_bytes(data)
    with pytest.raises(InputError, match=r'a\.txt is not a text file in UTF-8 \(line 5001\)'):
        read_text(tmp_path / 'a.txt', 'lines')
    with pytest.raises(InputError, match='line 5001'):
        decode_text(data, 'a.txt', 'lines')


def test_what_is_no_regular_file_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / 'pipe')
    for path in (tmp_path / 'pipe', tmp_path, '/dev/zero'):
        with pytest.raises(InputError, match='not a regular file'):
            read_text(path, 'lines')


def test_label_files_may_have_blank_lines(tmp_path):
    (tmp_path / 'a.txt').write_bytes('\ufeffleft hand\r\n\r\nright \u2028 hand\r\n\r\n'.encode())
    assert read_labels(str(tmp_path / 'a.txt')) == ['left hand', 'right \u2028 hand']


@pytest.mark.parametrize('text', NOT_DIGITS)
def test_numbers_are_ascii_digits(text):
    assert parse_digits(text) is None
    with pytest.raises(InputError, match='not a non-negative integer'):
        parse_label(text, 'a.txt, line 1')
    for parse in (positive, seed, even):
        with pytest.raises(ArgumentTypeError):
            parse(text)


def test_what_is_accepted():
    assert [parse_digits(text) for text in ('0', '017', '9' * 18)] == [0, 17, 10**18 - 1]
    assert [parse_seconds(text) for text in ('1.5', '.5', '2e1', 'nan', 'inf', '-1', '1_0', None)] == [
        1.5, 0.5, 20, None, None, None, None, None
    ]  # fmt: skip
    assert (integer(-1)('-1'), number(0, 1)('0.25'), number()('-1e-3'), share('0.5'), even('22')) == (
        -1, 0.25, -0.001, 0.5, 22
    )  # fmt: skip


@pytest.mark.parametrize('text', ['nan', 'inf', '-inf', '1e400', '1e99', '1_0', '\u0661', '', '2', '-1'])
def test_numbers_are_finite_and_within_bounds(text):
    with pytest.raises(ArgumentTypeError):
        number(0, 1)(text)
