"""How often a client may ask: token buckets."""

import ipaddress
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from web_refusals import TOO_MANY, RefusedError

MOST_CLIENTS = 4096  # remembered at once


@dataclass(frozen=True)
class Rate:
    """``burst`` requests at once, then ``per_second``."""

    burst: float
    per_second: float


# Opening the page takes about 50 requests, and Gradio 40 ms to render it. A camera sends at most 8 frames a second.
RATES = {
    'request': Rate(600, 30),
    'page': Rate(30, 1),
    'upload': Rate(20, 1 / 3),
    'join': Rate(20, 1 / 3),
    'live': Rate(40, 20),
}


def client_of(address: str) -> str:
    """What counts as one client: an IPv4 address, or the /64 network of an IPv6 address, which one host has alone."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))


@dataclass
class Rates:
    """What each client has left of each kind of request.

    Args:
        rates: The rate of each kind.
        clock: Seconds.
    """

    rates: dict[str, Rate] = field(default_factory=lambda: dict(RATES))
    clock: Callable[[], float] = time.monotonic
    left: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)

    def spend(self, kind: str, client: str) -> None:
        """Count a request.

        Raises:
            RefusedError: If the client has none left.
        """
        rate, now = self.rates[kind], self.clock()
        tokens, since = self.left.pop((kind, client), (rate.burst, now))
        tokens = min(tokens + (now - since) * rate.per_second, rate.burst)
        self.left[kind, client] = (max(tokens - 1, 0) if tokens >= 1 else tokens, now)
        while len(self.left) > MOST_CLIENTS * len(self.rates):
            self.left.pop(next(iter(self.left)))  # the one that has been silent longest
        if tokens < 1:
            seconds = int((1 - tokens) / rate.per_second) + 1
            raise RefusedError(TOO_MANY, 'Too many requests. Please wait a little.', [('retry-after', str(seconds))])
