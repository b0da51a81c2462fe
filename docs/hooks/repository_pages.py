"""Pages of the repository as pages of the site, and links that work in both.

Markdown outside ``docs/`` becomes a page under its own path. Any other text file that a page links to becomes a page
with its contents, and a folder a page that lists it, so that the site needs no code host.
"""

import json
import posixpath
import re
from collections.abc import Callable, Iterator
from pathlib import Path

# Pages outside ``docs/`` that are in the site even if no page links to them.
PAGES = (
    'README.md',
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'benchmarks/RESULTS.md',
    'requirements/README.md',
    'docker/README.md',
    'configs/recognition/*/README.md',
    'configs/pretrain/README.md',
    'configs/detection/README.md',
    'tools/data/README.md',
    'tools/data/*/README.md',
)
PICTURES = ('.gif', '.png', '.jpg', '.svg')
LANGUAGES = {'.py': 'python', '.sh': 'bash', '.yml': 'yaml', '.toml': 'toml', '.cff': 'yaml'}
CODE = re.compile(r'^(?P<fence>```+|~~~+)[^\n]*\n.*?^(?P=fence)$|`[^`\n]+`', re.M | re.S)
LINK = re.compile(r'(\]\()([^)\s]+)(\))')


def replace_links(text: str, replace: Callable[[str], str]) -> str:
    """Replace the target of each link outside code."""
    parts, end = [], 0
    for code in CODE.finditer(text):
        # The text of a link may be code: [`compat.py`](path). Only complete code spans are skipped.
        parts += [LINK.sub(lambda link: link[1] + replace(link[2]) + link[3], text[end : code.start()]), code[0]]
        end = code.end()
    return ''.join(parts) + LINK.sub(lambda link: link[1] + replace(link[2]) + link[3], text[end:])


def links_of(text: str) -> list[str]:
    """Targets of the links and pictures of a page, except those in code."""
    found = []
    replace_links(text, lambda target: found.append(target) or target)
    return found


def is_local(target: str) -> bool:
    """Whether a link leads to another file of the repository."""
    return not re.match(r'[a-z]+:|#', target)


def target_of(page: str, link: str) -> tuple[str, str]:
    """The path relative to the repository, and the anchor, of a link in a page."""
    path, _, anchor = link.partition('#')
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), path)), anchor


def anchors_of(text: str) -> set[str]:
    """The anchors of a page: its headings, as code hosts and the site spell them."""
    text = re.sub(r'^(```+|~~~+).*?^\1$', '', text, flags=re.M | re.S)
    headings = re.findall(r'^#+ (.+)$', text, re.M)
    return {re.sub(r'\s', '-', re.sub(r'[^\w\s-]', '', heading).strip().lower()) for heading in headings}


def pages(root: Path) -> list[str]:
    """Paths, relative to the repository, of all hand-written pages."""
    found = [path for pattern in ('docs/*.md', 'docs/*/*.md', *PAGES) for path in sorted(root.glob(pattern))]
    return [path.relative_to(root).as_posix() for path in found]


def linked(root: Path, start: list[str]) -> Iterator[str]:
    """Files and folders of the repository that pages link to, and the contents of those folders."""
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
    """The entries that the page of a folder lists."""
    hidden = ('.', '__')
    return sorted(path for path in folder.iterdir() if not path.name.startswith(hidden) and path.suffix != '.pyc')


def place(path: str, root: Path) -> str:
    """The path of a file of the repository among the sources of the site."""
    if path.startswith('docs/'):
        return path.removeprefix('docs/')
    if path == 'README.md':
        return 'readme.md'  # the site's first page is docs/index.md
    if path.endswith('.md') or path.endswith(PICTURES):
        return path
    return f'files/{path}.md'


def shown(path: Path, root: Path) -> str:
    """A page with the text of a file, the cells of a notebook, or the entries of a folder."""
    name = path.relative_to(root).as_posix()
    if path.suffix == '.ipynb':
        return replace_links(cells(path), lambda link: '#'.join(filter(None, target_of(name, link))))
    head = f'---\ntitle: {name}\nsearch:\n  exclude: true\n---\n# {path.name}\n\n`{name}`\n\n'
    if path.is_dir():
        return head + '\n'.join(f'- [{child.name}]({child.relative_to(root).as_posix()})' for child in listed(path))
    return f'{head}~~~~ {LANGUAGES.get(path.suffix, "text")}\n{path.read_text("utf-8").rstrip()}\n~~~~\n'


def cells(notebook: Path) -> str:
    """The cells of a Jupyter notebook as Markdown, without outputs."""
    parts = []
    for cell in json.loads(notebook.read_text('utf-8'))['cells']:
        text = ''.join(cell['source'])
        parts.append(text if cell['cell_type'] == 'markdown' else f'~~~~ python\n{text}\n~~~~')
    return '\n\n'.join(parts) + '\n'
