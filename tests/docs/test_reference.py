"""What the configuration reference and the page of errors promise: that nothing is missing."""

import sys
from pathlib import Path

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
    told = {key.lstrip('*') for key in documentation.sections.get('Args', {})}
    assert told == own


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


def test_an_argument_without_a_word_is_found():
    class Made:
        """One sentence.

        Args:
            told: What it is, in
                two lines.
            **others: The rest.

        Raises:
            InputError: If something is wrong.
        """

        def __init__(self, told, forgotten, **others):
            pass

    assert registered_types.undocumented(Made) == ['forgotten']
    documentation = registered_types.parse(Made.__doc__)
    assert documentation.text == 'One sentence.'
    assert documentation.arguments == {'told': 'What it is, in two lines.', 'others': 'The rest.'}


def test_every_error_is_explained():
    entries = set(error_messages.entries(PAGE.read_text(encoding='utf-8')))
    missing = [
        f'{message.text}    ({message.path.relative_to(ROOT)}, line {message.line})'
        for message in error_messages.messages(ROOT)
        if message.text not in entries
    ]
    assert not missing, 'docs/troubleshooting.md needs these lines, where they belong:\n' + '\n'.join(missing)


def test_no_explanation_is_of_an_error_that_is_gone():
    texts = {message.text for message in error_messages.messages(ROOT)}
    entries = error_messages.entries(PAGE.read_text(encoding='utf-8'))
    assert [entry for entry in entries if entry not in texts] == []
    assert len(set(entries)) == len(entries)


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
