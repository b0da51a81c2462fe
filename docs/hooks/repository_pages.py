"""Pages of the repository as pages of the site, and links that work in both.

Markdown outside ``docs/`` becomes a page under its own path. Any other text file that a page links to becomes a page
that shows it, and a folder one that lists it, so that the site needs no code host.
"""

import posixpath
import re
from collections.abc import Callable, Iterator
from pathlib import Path

# Pages outside ``docs/`` that are in the site whether another page links to them or not.
PAGES = (
    'README.md',
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'benchmarks/RESULTS.md',
    'requirements/README.md',
    'docker/README.md',
    'configs/recognition/*/README.md',
    'tools/data/README.md',
    'tools/data/*/README.md',
)
PICTURES = ('.gif', '.png', '.jpg', '.svg')
LANGUAGES = {'.py': 'python', '.sh': 'bash', '.yml': 'yaml', '.toml': 'toml', '.cff': 'yaml'}
CODE = re.compile(r'^(?P<fence>```+|~~~+)[^\n]*\n.*?^(?P=fence)$|`[^`\n]+`', re.M | re.S)
LINK = re.compile(r'(\]\()([^)\s]+)(\))')


def replace_links(text: str, replace: Callable[[str], str]) -> str:
    """Markdown with each link's target, outside code, replaced by what a function makes of it."""
    parts, end = [], 0
    for code in CODE.finditer(text):
        # A link may itself name code: [`compat.py`](path). Only whole spans of code are left alone.
        parts += [LINK.sub(lambda link: link[1] + replace(link[2]) + link[3], text[end : code.start()]), code[0]]
        end = code.end()
    return ''.join(parts) + LINK.sub(lambda link: link[1] + replace(link[2]) + link[3], text[end:])


def links_of(text: str) -> list[str]:
    """Targets of the links and pictures of a page, outside code."""
    found = []
    replace_links(text, lambda target: found.append(target) or target)
    return found


def is_local(target: str) -> bool:
    """Whether a link leads to another file of the repository."""
    return not re.match(r'[a-z]+:|#', target)


def target_of(page: str, link: str) -> tuple[str, str]:
    """Path below the repository, and the part behind ``#``, of a link in a page (its path below the repository)."""
    path, _, anchor = link.partition('#')
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), path)), anchor


def anchors_of(text: str) -> set[str]:
    """What links can name behind ``#`` in a page: its headings, as code hosts and the site spell them."""
    text = re.sub(r'^(```+|~~~+).*?^\1$', '', text, flags=re.M | re.S)
    headings = re.findall(r'^#+ (.+)$', text, re.M)
    return {re.sub(r'\s', '-', re.sub(r'[^\w\s-]', '', heading).strip().lower()) for heading in headings}


def pages(root: Path) -> list[str]:
    """Paths below the repository of all pages that people wrote."""
    found = [path for pattern in ('docs/*.md', 'docs/*/*.md', *PAGES) for path in sorted(root.glob(pattern))]
    return [path.relative_to(root).as_posix() for path in found]


def linked(root: Path, start: list[str]) -> Iterator[str]:
    """What pages link to, beyond themselves: files and folders of the repository, and what those folders hold."""
    seen, queue = set(start), list(start)
    while queue:
        page = queue.pop()
        path = root / page
        if path.is_dir():
            targets = [child.relative_to(root).as_posix() for child in listed(path)]
        elif path.suffix == '.md':
            targets = [target_of(page, link)[0] for link in filter(is_local, links_of(path.read_text('utf-8')))]
        else:
            targets = []
        for target in targets:
            if target not in seen and (root / target).exists() and not target.startswith('..'):
                seen.add(target)
                queue.append(target)
                yield target


def listed(folder: Path) -> list[Path]:
    """What the page of a folder lists."""
    hidden = ('.', '__')
    return sorted(path for path in folder.iterdir() if not path.name.startswith(hidden) and path.suffix != '.pyc')


def place(path: str, root: Path) -> str:
    """Where a file of the repository is in the site's sources."""
    if path.startswith('docs/'):
        return path.removeprefix('docs/')
    if path == 'README.md':
        return 'readme.md'  # the site's first page is docs/index.md
    if path.endswith('.md') or path.endswith(PICTURES):
        return path
    return f'files/{path}.md'


def shown(path: Path, root: Path) -> str:
    """A page with the text of a file, or a list of a folder."""
    name = path.relative_to(root).as_posix()
    head = f'---\ntitle: {name}\nsearch:\n  exclude: true\n---\n# {path.name}\n\n`{name}`\n\n'
    if path.is_dir():
        return head + '\n'.join(f'- [{child.name}]({child.relative_to(root).as_posix()})' for child in listed(path))
    return f'{head}~~~~ {LANGUAGES.get(path.suffix, "text")}\n{path.read_text("utf-8").rstrip()}\n~~~~\n'
