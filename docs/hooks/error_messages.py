"""What the package says when something is wrong, read from its code, and what ``docs/troubleshooting.md`` explains.

Variable parts of a message are written ``…``: ``checkpoint … does not exist``.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDERS = ('mmaction_vt', 'tools', 'demo')
VARIABLE = '…'
# Errors that are for programmers, not for users.
NOT_FOR_USERS = ('NotImplementedError',)
FEWEST_WORDS = 2


@dataclass(frozen=True)
class Message:
    """A message in the code.

    Attributes:
        text: The message, its variable parts as ``…``.
        path: The file.
        line: Where the error is made.
    """

    text: str
    path: Path
    line: int


def messages(root: Path) -> list[Message]:
    """All messages with words of their own; those that only pass on another message have none.

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
    """Whether a call makes an error, or ends a program with a sentence."""
    name = ast.unparse(function).split('.')[-1]
    return name == 'exit' or (name.endswith('Error') and name not in NOT_FOR_USERS)


def texts(node: ast.expr, module: ast.Module) -> list[str]:
    """What an expression says; a name or a function of the same file says what it is given or returns."""
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


def entries(page: str) -> list[str]:
    """The messages that a page explains: the lines of its blocks of ``text``."""
    blocks = re.findall(r'^```text\n(.*?)^```$', page, re.M | re.S)
    return [line for block in blocks for line in block.splitlines()]
