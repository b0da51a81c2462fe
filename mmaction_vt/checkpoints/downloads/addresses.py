"""Addresses of files, and of the pages that show a file."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit
from urllib.request import url2pathname

from ...errors import InputError

# At least two letters before the colon: ``C:/`` is a drive.
ADDRESS = re.compile(r'[a-z][a-z0-9+.-]+://|file:/', re.IGNORECASE)
DRIVE_FILE = re.compile(r'/file/(?:u/\d+/)?d/([^/]+)')
# First parts of addresses on huggingface.co that are not the owner of a model.
NOT_OWNERS = ('api', 'blog', 'collections', 'datasets', 'docs', 'learn', 'models', 'papers', 'spaces')


def is_address(path: str | Path) -> bool:
    """Whether a path is an address instead."""
    return ADDRESS.match(str(path)) is not None


def normalise(address: str) -> str:
    """The address that a file is downloaded from, normalised.

    Pages of Dropbox, Google Drive, GitHub and Hugging Face that show a file or a model are replaced by its download
    address; fragments are dropped, and reserved characters are quoted.

    Raises:
        InputError: If it is not a valid address.
    """
    try:
        parts = urlsplit(address.strip())
        parts.port  # noqa: B018  checked on access
    except ValueError as error:
        raise InputError(f'{address} is not a valid address ({error})') from error
    if parts.scheme not in ('http', 'https'):
        return address.strip()
    user, at, host = parts.netloc.rpartition('@')
    if not host:
        raise InputError(f'{address} is not a valid address (it has no server)')
    parts = parts._replace(
        netloc=f'{user}{at}{host.lower()}',
        path=quote(parts.path, safe="/%:@!$&'()*+,;=~"),
        query=quote(parts.query, safe="/?%:@!$&'()*+,;=~[]"),
        fragment='',
    )
    site = SITES.get(parts.netloc)
    return site(parts) if site else parts.geturl()


def local_path(address: str) -> Path:
    """The path of a ``file:`` address."""
    return Path(url2pathname(urlsplit(address).path))


def file_name(name: str) -> str:
    """A file name that is valid on every system, from the name that a server or an address gives."""
    name = re.split(r'[/\\]', name)[-1]
    return re.sub(r'[^\w.+=@-]', '_', name).lstrip('.')[-120:] or 'checkpoint'


def name_in(address: str) -> str:
    """The file name at the end of an address."""
    return unquote(urlsplit(address).path.rsplit('/', 1)[-1])


def with_query(parts: SplitResult, **values: str) -> str:
    """An address with changed values in its query."""
    return parts._replace(query=urlencode({**dict(parse_qsl(parts.query)), **values})).geturl()


def dropbox(parts: SplitResult) -> str:
    """``dl=0`` shows a page, ``dl=1`` gives the file."""
    query = {key: value for key, value in parse_qsl(parts.query) if key not in ('dl', 'raw')}
    return with_query(parts._replace(query=urlencode(query)), dl='1')


def google_drive(parts: SplitResult) -> str:
    """``/file/d/ID/view``, ``open?id=ID`` and ``uc?id=ID`` show a page; ``uc?export=download`` gives the file."""
    query = dict(parse_qsl(parts.query))
    in_path = DRIVE_FILE.match(parts.path)
    file_id = in_path[1] if in_path else query.get('id')
    if file_id is None or not (in_path or parts.path in ('/open', '/uc')):
        return parts.geturl()
    kept = {'resourcekey': query['resourcekey']} if 'resourcekey' in query else {}
    return parts._replace(path='/uc', query=urlencode({'export': 'download', 'id': file_id, **kept})).geturl()


def github(parts: SplitResult) -> str:
    """``/blob/`` shows a page, ``/raw/`` gives the file."""
    return parts._replace(path=re.sub(r'^(/[^/]+/[^/]+)/blob/', r'\1/raw/', parts.path)).geturl()


def hugging_face(parts: SplitResult) -> str:
    """The page of a model or of a file in it becomes ``hf://``; ``/resolve/`` already gives the file."""
    steps = parts.path.strip('/').split('/')
    if len(steps) < 2 or steps[0] in NOT_OWNERS:
        return parts.geturl()
    model, rest = '/'.join(steps[:2]), steps[2:]
    if not rest or rest == ['tree', 'main']:
        return f'hf://{model}'
    if rest[0] == 'tree' and len(rest) == 2:
        return f'hf://{model}@{rest[1]}'
    if rest[0] == 'blob' and len(rest) > 2:
        return f'hf://{model}@{rest[1]}/{unquote("/".join(rest[2:]))}'
    return parts.geturl()


# Servers with pages that show a file, by host name.
SITES: dict[str, Callable[[SplitResult], str]] = {
    'dropbox.com': dropbox,
    'www.dropbox.com': dropbox,
    'drive.google.com': google_drive,
    'docs.google.com': google_drive,
    'drive.usercontent.google.com': google_drive,
    'github.com': github,
    'www.github.com': github,
    'huggingface.co': hugging_face,
    'www.huggingface.co': hugging_face,
    'hf.co': hugging_face,
}
