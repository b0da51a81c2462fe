"""Where the web page is served, and the names under which browsers may ask for it.

A site whose name is pointed at this machine (DNS rebinding) would otherwise be the same origin as the page.
"""

import errno
import ipaddress
import re
import socket
from collections.abc import Collection

from web_refusals import FORBIDDEN, RefusedError

from mmaction_vt.errors import InputError

HOST = re.compile(r'(\[[0-9a-f:.]+\]|[0-9a-z._-]+)(:\d{1,5})?')
NAME = re.compile(r'(?!.*\.\.)[0-9a-z_]([0-9a-z._-]{0,251}[0-9a-z_])?')
LOCAL = ('localhost', '127.0.0.1', '::1')
REASONS = {
    errno.EADDRINUSE: 'the port is in use: choose another with --port',
    errno.EADDRNOTAVAIL: 'this machine does not have that address: --host takes one of its own, 127.0.0.1 or 0.0.0.0',
    errno.EACCES: 'permission denied: choose a --port from 1024 on',
}


def as_address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def bind(host: str, port: int) -> socket.socket:
    """A socket at an address, which does not listen yet.

    Raises:
        InputError: If the host is not an address or name of this machine, or the port is not free.
    """
    where = f'the page cannot be served at {host or repr(host)}, port {port}'
    if host != host.strip() or not host:
        raise InputError(f'{where}: --host takes an address of this machine, such as 127.0.0.1 or 0.0.0.0')
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise InputError(
            f'{where}: {host} is neither an address nor a known name; --host takes an address of this machine'
        ) from error
    family, kind, protocol, _, address = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError as error:
        bound.close()
        raise InputError(f'{where}: {REASONS.get(error.errno, error.strerror)}') from error
    return bound


def listen(bound: socket.socket) -> None:
    """Accept connections.

    Raises:
        InputError: If another process took the port in the meantime.
    """
    try:
        bound.listen(128)
    except OSError as error:
        host, port = bound.getsockname()[:2]
        reason = REASONS.get(error.errno, error.strerror)
        raise InputError(f'the page cannot be served at {host}, port {port}: {reason}') from error


def is_loopback(address: str) -> bool:
    parsed = as_address(address)
    return address == 'localhost' if parsed is None else parsed.is_loopback


def url_of(bound: socket.socket) -> str:
    """What to type into a browser on this machine."""
    host, port = bound.getsockname()[:2]
    parsed = as_address(host)
    if parsed is not None and parsed.is_unspecified:
        host = 'localhost'
    return f'http://[{host}]:{port}/' if ':' in host else f'http://{host}:{port}/'


class Hosts:
    """The names of the page, for the headers Host and Origin.

    Args:
        host: The value of ``--host``.
        address: The address that it stands for.
        allowed: Values of ``--allowed-host``: names by which a reverse proxy serves the page.

    Raises:
        InputError: If a value of ``--allowed-host`` is not a name.
    """

    def __init__(self, host: str, address: str, allowed: Collection[str] = ()) -> None:
        for name in allowed:
            if not NAME.fullmatch(name.lower()) and as_address(name) is None:
                raise InputError(f'--allowed-host takes a name such as demo.example.org, without port, not {name!r}')
        self.names = {host.lower(), address, *LOCAL, *(name.lower() for name in allowed)}
        self.behind_proxy = bool(allowed)
        self.any_address = not is_loopback(address)
        if self.any_address:
            self.names.add(socket.gethostname().lower())

    def accepts(self, header: str) -> bool:
        """Whether a Host header names this page: by a known name or, if other machines reach it, any IP address."""
        matched = HOST.fullmatch(header.lower())
        if matched is None:
            return False
        name = matched[1].strip('[]')
        return name in self.names or (self.any_address and as_address(name) is not None)

    def check(self, host: str | None, origin: str | None, fetch_site: str | None) -> None:
        """Check the headers by which browsers say which page asks for what.

        Args:
            host: Host.
            origin: Origin, which browsers send with everything that is posted.
            fetch_site: Sec-Fetch-Site; None for the page itself, to which any site may link.

        Raises:
            RefusedError: If they name another page.
        """
        if host is None or not self.accepts(host):
            raise RefusedError(FORBIDDEN, 'This page has no such name. A reverse proxy needs --allowed-host NAME.')
        if origin is not None and origin.lower() not in (f'http://{host.lower()}', f'https://{host.lower()}'):
            raise RefusedError(FORBIDDEN, 'Another page may not use this one.')
        if fetch_site not in (None, 'same-origin', 'none'):
            raise RefusedError(FORBIDDEN, 'Another page may not use this one.')
