"""Addresses of streams: which protocols and formats a decoder may use for them.

Elsewhere decoders see local files only. A stream's protocols are listed for the scheme of its address, so that a server
cannot send a decoder to files of this machine, and formats that refer to other addresses (HLS, DASH) are refused.
"""

import re
from urllib.parse import urlsplit, urlunsplit

from ..errors import InputError
from ..utils.file_kinds import display_path
from ..utils.video_formats import CONTAINERS

_HTTP = 'http,https,tls,tcp'  # either may redirect to the other
# FFmpeg's protocols that an address of each scheme may lead to.
PROTOCOLS = {
    'rtsp': 'rtsp,rtp,udp,tcp',
    'http': _HTTP,
    'https': _HTTP,
    'tcp': 'tcp',
    'udp': 'udp',
    'rtp': 'rtp,udp',
}
FORMATS = f'{CONTAINERS},mjpeg,mpjpeg,rtsp,rtp'
# Formats without time stamps of their own: FFmpeg counts 25 frames per second, whatever the camera does.
WITHOUT_TIMES = ('mjpeg', 'mpjpeg', 'h264', 'hevc', 'm4v', 'mpegvideo')
SCHEME = re.compile(r'([A-Za-z][A-Za-z0-9+.-]*)://')


def is_address(text: str) -> bool:
    """Whether a text is an address, and not a file or the number of a camera."""
    return SCHEME.match(text) is not None


def check_address(address: str) -> str:
    """Check the address of a stream.

    Args:
        address: Such as ``rtsp://192.168.1.5/stream``.

    Returns:
        It without user name and password, for messages.

    Raises:
        InputError: If its protocol is not accepted, or it names no host.
    """
    scheme = address.partition(':')[0].lower()
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if scheme not in PROTOCOLS:
        raise InputError(f'streams are read from {", ".join(PROTOCOLS)} and not from {display_path(scheme)}: addresses')
    # udp://@:1234 and tcp://:1234 are FFmpeg's ways of receiving at any address of this machine.
    if not address.isprintable() or ' ' in address or (not host and not (scheme in ('udp', 'tcp', 'rtp') and port)):
        raise InputError(f'{scheme}:// takes an address such as {scheme}://192.168.1.5:8554/stream')
    place = parts.netloc.rpartition('@')[2]
    return urlunsplit((scheme, place, parts.path, '', ''))


def options_for(address: str) -> dict[str, str]:
    """FFmpeg's options for an address that was checked."""
    scheme = address.partition(':')[0].lower()
    options = dict(protocol_whitelist=PROTOCOLS[scheme], format_whitelist=FORMATS)
    return {**options, 'rtsp_flags': 'prefer_tcp'} if scheme == 'rtsp' else options
