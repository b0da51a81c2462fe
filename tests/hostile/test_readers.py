"""Every reader, from random bytes, random text and mutations of good files: ``InputError`` or an answer.

``HOSTILE_EXAMPLES=5000`` tries more of each.
"""

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hostile.readers import READERS, attempt

EXAMPLES = int(os.environ.get('HOSTILE_EXAMPLES', '40'))
TOKENS = [
    *('a.mp4', 'é', '😀', '0', '1', '-1', '1.5', '0_1', '٣', '1e400', 'nan', '99999999999999999999', 'null', 'true'),
    *(' ', '  ', '\t', ',', '"', "'", '\n', '\r\n', '\r', '\x00', '\x85', '\u2028', '\ufeff', '\ud800', '\\', '%'),
    *('#', '=', '[', ']', '(', ')', '{', '}', ':', '.', '/', '..'),
    *('participant_id', 'video_id', 'path', 'label', 'original_vido_id'),
]

SETTINGS = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES < 1000,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def encode(words):
    return ''.join(words).encode('utf-8', errors='surrogatepass')


@st.composite
def mutated(draw, good):
    """A good content with bytes changed, removed, repeated, inserted, or cut off at the end."""
    content = bytearray(draw(st.sampled_from(good)))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.integers(0, 16)))
        inserted = draw(st.one_of(st.binary(max_size=4), st.lists(st.sampled_from(TOKENS), max_size=3).map(encode)))
        change = draw(st.sampled_from(('replace', 'remove', 'repeat', 'cut', 'flip')))
        if change == 'replace':
            content[start:end] = inserted
        elif change == 'remove':
            del content[start:end]
        elif change == 'repeat':
            content[start:start] = content[start:end] * draw(st.integers(1, 3))
        elif change == 'cut':
            del content[start:]
        elif start < len(content):
            content[start] ^= 1 << draw(st.integers(0, 7))
    return bytes(content)


@pytest.mark.parametrize('name', READERS)
def test_only_input_errors_escape(name, tmp_path):
    reader = READERS[name]
    contents = st.one_of(
        mutated(reader.good), st.lists(st.sampled_from(TOKENS), max_size=24).map(encode), st.binary(max_size=200)
    )

    @SETTINGS
    @given(contents)
    def read(content):
        attempt(reader, content, tmp_path)

    read()


@pytest.mark.parametrize('name', READERS)
def test_good_contents_are_read_or_refused_in_a_sentence(name, tmp_path):
    for content in READERS[name].good:
        attempt(READERS[name], content, tmp_path)


def test_what_escapes_is_found(tmp_path):
    """A reader that raises anything else fails."""
    faulty = READERS['lines']._replace(read=lambda path: path.read_bytes().decode())

    @SETTINGS
    @given(st.binary(max_size=200))
    def read(content):
        attempt(faulty, content, tmp_path)

    with pytest.raises(UnicodeDecodeError):
        read()
