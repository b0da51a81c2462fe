"""The generated reference pages: every type, argument and error message is on them."""

import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from mmengine.registry import Registry

from mmaction_vt import registry
from mmaction_vt.engine import Runner

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / 'docs' / 'hooks'))

import error_messages  # noqa: E402
import python_interface  # noqa: E402
import registered_types  # noqa: E402
from python_interface import exported  # noqa: E402

TYPES = [(name, made) for group in registered_types.GROUPS for name, made in registered_types.types_of(group).items()]
PAGE = ROOT / 'docs' / 'troubleshooting.md'


def test_every_registered_type_has_a_page():
    registries = [
        made for made in vars(registry).values() if isinstance(made, Registry) and made.scope == 'mmaction_vt'
    ]
    own = {
        made for types in registries for made in types.module_dict.values() if made.__module__.startswith('mmaction')
    }
    assert own == {Runner, *(made for _, made in TYPES)}  # a runner's arguments are the config itself


@pytest.mark.parametrize(('name', 'made'), TYPES, ids=[name for name, _ in TYPES])
def test_every_argument_is_documented(name, made):
    assert registered_types.undocumented(made) == []
    documentation = registered_types.parse(made.__doc__)
    assert documentation.text.endswith('.')
    own = {parameter.name for parameter in registered_types.parameters_of(made)}
    described = {key.lstrip('*') for key in documentation.sections.get('Args', {})}
    assert described == own


EXPORTED = [
    pytest.param(made, id=name) for module in python_interface.MODULES for name, made in exported(module).items()
]


@pytest.mark.parametrize('made', EXPORTED)
def test_the_python_interface_is_documented(made):
    """Every argument in words, and with a type."""
    if registered_types.parse(made.__doc__).sections.get('Attributes') and issubclass(made, tuple):
        return  # a named tuple's fields are its attributes
    assert registered_types.undocumented(made) == []
    parameters = registered_types.parameters_of(made)
    assert all(p.annotation is not p.empty for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD))


def test_an_undocumented_argument_is_found():
    class Made:
        """One sentence.

        Args:
            described: What it is, in
                two lines.
            **others: The rest.

        Raises:
            InputError: If something is wrong.
        """

        def __init__(self, described, forgotten, **others):
            pass

    assert registered_types.undocumented(Made) == ['forgotten']
    documentation = registered_types.parse(Made.__doc__)
    assert documentation.text == 'One sentence.'
    assert documentation.arguments == {'described': 'What it is, in two lines.', 'others': 'The rest.'}


class Documented(NamedTuple):
    """One sentence.

    Attributes:
        count: How many.

    Example:
        >>> made = Documented(1)
        >>> for _ in range(2):
        ...     made.double(by=2)  # doctest: +SKIP
        2
    """

    count: int

    def double(self, by: int = 2) -> int:
        """Double it.

        Args:
            by: The factor.
        """

    def internal(self):
        pass

    def _hidden(self):
        """Not public."""


def test_examples_are_code_and_attributes_a_table():
    parts = registered_types.body(Documented)
    code = 'made = Documented(1)\nfor _ in range(2):\n    made.double(by=2)\n# 2'
    assert f'```python\n{code}\n```' in parts
    assert '| attribute | type | |\n| --- | --- | --- |\n| `count` | `int` | How many. |' in parts


def test_public_methods_are_listed_if_they_are_documented(monkeypatch):
    monkeypatch.setattr(registered_types, 'PACKAGE', __name__)
    assert list(registered_types.methods_of(Documented)) == ['double']
    assert list(registered_types.methods('Documented', Documented)) == [
        '### `Documented.double`',
        '```python\ndouble(by=2)\n```',
        'Double it.',
        '**Arguments**',
        '| argument | type | |\n| --- | --- | --- |\n| `by` | `int` | The factor. |',
    ]


@pytest.mark.parametrize(
    'heading',
    ['VideoInferencer.__call__', 'VideoInferencer.explain', 'Prediction.top', 'TokenLabelStore.create', 'Shown.save'],
)
def test_methods_that_users_call_are_in_the_reference(heading):
    assert f'### `{heading}`\n' in python_interface.page()


def test_no_prompt_of_a_session_is_left():
    pages = [python_interface.page(), *map(registered_types.page_of, registered_types.GROUPS)]
    assert not [page for page in pages if '>>>' in page or 'doctest' in page]


def test_the_page_of_errors_has_every_message():
    page = error_messages.page(ROOT)
    found = error_messages.messages(ROOT)
    assert len(found) > 250
    missing = [message.text for message in found if ' '.join(message.text.split()) not in page]
    assert missing == []
    headings = [line for line in page.splitlines() if line.startswith('## ')]
    assert len(set(headings)) == len(headings) == len({message.path for message in found})


def test_quoted_messages_are_in_the_code():
    texts = [message.text for message in error_messages.messages(ROOT)]
    quotes = error_messages.quotes(PAGE.read_text(encoding='utf-8'))
    stale = [quote for quote in quotes if not any(error_messages.is_quoted(quote, text) for text in texts)]
    assert stale == []
    assert len(set(quotes)) == len(quotes)


@pytest.mark.parametrize(
    ('quote', 'quoted'),
    [
        ('checkpoint … does not exist', True),
        ('does not exist', True),
        ('checkpoint … exists', False),
        ('not exist … checkpoint', False),
    ],
)
def test_a_quote_may_leave_parts_out(quote, quoted):
    assert error_messages.is_quoted(quote, 'checkpoint … does not exist') is quoted


CODE = """
def complaint(name):
    return f'{name} is not right here'

def work(path, name):
    raise InputError(
        f'the file {path!r} has no '
        f'end: see {", ".join(path)}'
    )
    raise InputError('this stands ' + name)
    raise other.BrokenVideoError(complaint(name))
    text = f'{name} is kept in a variable'
    raise InputError(text)
    raise InputError(f'{path}: {error}')
    raise NotImplementedError('not for users at all')
    sys.exit('error: ends a program')
"""


def test_messages_are_read_from_code(tmp_path):
    (tmp_path / 'code.py').write_text(CODE)
    found = [message.text for message in error_messages.of_file(tmp_path / 'code.py')]
    assert sorted(found) == sorted(
        [
            'the file … has no end: see …',
            'this stands …',
            '… is not right here',
            '… is kept in a variable',
            'error: ends a program',
        ]
    )
