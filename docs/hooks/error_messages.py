"""Every error message, read from the code, as a reference page.

Variable parts of a message are written ``…``: ``checkpoint … does not exist``.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

FOLDERS = ('mmaction_vt', 'tools', 'demo')
VARIABLE = '…'
# Errors for programmers, not for users.
NOT_FOR_USERS = ('NotImplementedError',)
FEWEST_WORDS = 2

INTRODUCTION = """\
Every error message of the package, its tools and demos, by the file that raises it; `…` stands for the parts that vary.
Search this page for words of the message you see. [Troubleshooting](docs/troubleshooting.md) has causes and remedies
for the frequent ones."""


@dataclass(frozen=True)
class Message:
    """A message in the code.

    Attributes:
        text: The message, its variable parts as ``…``.
        path: The file.
        line: Where the error is raised.
    """

    text: str
    path: Path
    line: int


def messages(root: Path) -> list[Message]:
    """All messages that have words of their own, not those that only pass on another message.

    Args:
        root: The repository.
    """
    found = []
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob('*.py')):
            if not any(part.startswith('.') for part in path.relative_to(root).parts):
                found += of_file(path)
    return found


def of_file(path: Path) -> Iterator[Message]:
    """The messages of one file."""
    module = ast.parse(path.read_text(encoding='utf-8'))
    for node in ast.walk(module):
        if not (isinstance(node, ast.Call) and node.args and is_error(node.func)):
            continue
        for text in texts(node.args[0], module):
            if len(re.findall(r'[A-Za-z]{2,}', text)) >= FEWEST_WORDS:
                yield Message(text, path, node.lineno)


def is_error(function: ast.expr) -> bool:
    """Whether a call creates an error, or exits with a message."""
    name = ast.unparse(function).split('.')[-1]
    return name == 'exit' or (name.endswith('Error') and name not in NOT_FOR_USERS)


def texts(node: ast.expr, module: ast.Module) -> list[str]:
    """The texts that an expression can have; names and functions are followed within the file."""
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else VARIABLE for part in node.values]
        return [''.join(parts)]
    if isinstance(node, ast.BinOp):
        return [left + right for left in texts(node.left, module) for right in texts(node.right, module)]
    if isinstance(node, ast.IfExp):
        return texts(node.body, module) + texts(node.orelse, module)
    name = ast.unparse(node.func if isinstance(node, ast.Call) else node).split('.')[-1]
    sources = []
    for other in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(other, ast.FunctionDef) and other.name == name:
            sources += [step.value for step in ast.walk(other) if isinstance(step, ast.Return)]
        elif isinstance(node, ast.Name) and isinstance(other, ast.Assign):
            sources += [other.value for target in other.targets if ast.unparse(target) == name]
    literal = [source for source in sources if isinstance(source, (ast.JoinedStr, ast.Constant))]
    return [text for source in literal for text in texts(source, module)] or [VARIABLE]


def page(root: Path) -> str:
    """The page in Markdown: a section for each file with messages.

    Args:
        root: The repository.
    """
    parts = ['# Error messages', INTRODUCTION]
    for path, found in groupby(messages(root), key=lambda message: message.path):
        name = path.relative_to(root).as_posix()
        lines = [f'- {code(message.text)} (line {message.line})' for message in sorted(found, key=lambda m: m.line)]
        parts += [f'## {heading(name)}', f'In [`{name}`]({name}):', '\n'.join(lines)]
    return '\n\n'.join(parts) + '\n'


def heading(name: str) -> str:
    """A module by its dotted name, a program by its path."""
    return name.removesuffix('.py').replace('/', '.') if name.startswith('mmaction_vt/') else name


def code(text: str) -> str:
    """A message as code of Markdown, on one line."""
    text = ' '.join(text.split())
    return f'`` {text} ``' if '`' in text else f'`{text}`'


def quotes(page: str) -> list[str]:
    """The messages that a page quotes: the lines of its blocks of ``text``. A ``…`` stands for anything."""
    blocks = re.findall(r'^```text\n(.*?)^```$', page, re.M | re.S)
    return [line for block in blocks for line in block.splitlines()]


def is_quoted(quote: str, message: str) -> bool:
    """Whether a quote is of a message: its parts between ``…`` appear in it in this order."""
    return re.search('.*'.join(map(re.escape, quote.split(VARIABLE))), message) is not None
