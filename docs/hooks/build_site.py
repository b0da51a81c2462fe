"""MkDocs hooks: pages from outside ``docs/``, the generated reference, and formulas as MathML."""

import html
import posixpath
import re
from pathlib import Path

import error_messages
import python_interface
import registered_types
import repository_pages
from latex2mathml.converter import convert
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
# Pages that a search lists before others, and by how much.
BOOSTS = {'faq.md': 4, 'models.md': 2, 'troubleshooting.md': 2}
FORMULA = re.compile(r'<(span|div) class="arithmatex">\\([(\[])(.*?)\\[)\]]</\1>', re.S)

# The path in the repository of each page of the site.
origins: dict[str, str] = {}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages outside ``docs/`` and the generated reference."""
    origins.clear()
    own = repository_pages.pages(ROOT)
    for path in [*own, *repository_pages.linked(ROOT, own)]:
        uri = repository_pages.place(path, ROOT)
        origins[uri] = path
        if path.startswith('docs/') and (ROOT / path).is_file():
            continue
        source = ROOT / path
        if source.is_file() and path.endswith(('.md', *repository_pages.PICTURES)):
            content = dict(abs_src_path=str(source))
        else:
            content = dict(content=repository_pages.shown(source, ROOT))
        files.append(File.generated(config, uri, inclusion=InclusionLevel.NOT_IN_NAV, **content))
    pages = {group[0]: registered_types.page_of(group) for group in registered_types.GROUPS}
    pages['python_interface'] = python_interface.page()
    pages['error_messages'] = error_messages.page(ROOT)
    for name, text in pages.items():
        uri = f'reference/{name}.md'
        origins[uri] = name  # links in these pages are relative to the repository
        files.append(File.generated(config, uri, content=text))
        for link in repository_pages.links_of(text):
            shown = repository_pages.place(link, ROOT)
            if shown not in origins:
                origins[shown] = link
                content = repository_pages.shown(ROOT / link, ROOT)
                files.append(File.generated(config, shown, content=content, inclusion=InclusionLevel.NOT_IN_NAV))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Turn links between files of the repository into links between pages, and rank the page in searches."""
    if page.file.src_uri in BOOSTS:
        page.meta['search'] = {'boost': BOOSTS[page.file.src_uri]}
    origin = origins[page.file.src_uri]
    if page.file.src_uri.startswith('files/'):
        origin = ''  # the page of a folder lists paths relative to the repository

    def replace(link: str) -> str:
        if not repository_pages.is_local(link):
            return link
        path, anchor = repository_pages.target_of(origin, link)
        uri = repository_pages.place(path, ROOT)
        if uri not in origins:
            return link  # MkDocs reports it as broken
        relative = posixpath.relpath(uri, posixpath.dirname(page.file.src_uri) or '.')
        return f'{relative}#{anchor}' if anchor else relative

    return repository_pages.replace_links(markdown, replace)


def on_page_content(content: str, **_: object) -> str:
    """Turn formulas into MathML, which browsers render without scripts."""

    def formula(match: re.Match) -> str:
        display = 'block' if match[2] == '[' else 'inline'
        return convert(html.unescape(match[3]), display=display)

    return FORMULA.sub(formula, content)
