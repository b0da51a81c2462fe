"""Web pages that a server sends instead of a file."""

from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

PAGE_TYPES = ('text/html', 'application/xhtml+xml')
PAGE_STARTS = (b'<!doctype', b'<html', b'<head')
LONGEST_TITLE = 80


def is_page(start: bytes) -> bool:
    """Whether the first bytes of a file are those of a web page."""
    return start.removeprefix(b'\xef\xbb\xbf').lstrip().lower().startswith(PAGE_STARTS)


class Page(HTMLParser):
    """The title, forms and links of a web page.

    Attributes:
        title: Its title.
        forms: Address and hidden values of each form.
        links: Targets of its links.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.title = ''
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.links: list[str] = []
        self._in_title = False
        self.feed(text)
        self.title = ' '.join(self.title.split())[:LONGEST_TITLE]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or '' for name, value in attrs}
        self._in_title = tag == 'title'
        if tag == 'form':
            self.forms.append((values.get('action', ''), {}))
        elif tag == 'input' and self.forms and values.get('type') == 'hidden' and 'name' in values:
            self.forms[-1][1][values['name']] = values.get('value', '')
        elif tag == 'a' and 'href' in values:
            self.links.append(values['href'])

    def handle_endtag(self, tag: str) -> None:
        self._in_title = self._in_title and tag != 'title'

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data


def confirmed(page: Page, address: str, cookies: dict[str, str]) -> str | None:
    """The address behind Google Drive's page "too large to scan for viruses"; None if a page is not that one.

    A form with the hidden values id, export, confirm and uuid; formerly a link, or a cookie, with the value of confirm.

    Args:
        page: The page.
        address: Its address.
        cookies: Cookies of the response.
    """
    for action, hidden in page.forms:
        parts = urlsplit(urljoin(address, action))
        values = {**dict(parse_qsl(parts.query)), **hidden}
        if 'confirm' in values or {'id', 'export'} <= values.keys():
            return parts._replace(query=urlencode(values)).geturl()
    for link in page.links:
        if 'confirm' in dict(parse_qsl(urlsplit(link).query)):
            return urljoin(address, link)
    for name, value in cookies.items():
        if name.startswith('download_warning'):
            parts = urlsplit(address)
            return parts._replace(query=urlencode({**dict(parse_qsl(parts.query)), 'confirm': value})).geturl()
    return None
