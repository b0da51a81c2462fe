"""Formats of videos, by their first bytes: playlists and the like make a decoder open other files and addresses.

FFmpeg decides by content, whatever a file is called, and of its demuxers HLS, DASH, concat, SDP, IMF, numbered pictures
and scripts open what the file names. A decoder therefore sees only files that begin as a format of ``CONTAINERS`` does,
and that FFmpeg cannot take for anything else.
"""

import re
from typing import BinaryIO

# The same formats by FFmpeg's names, for decoders that take ``format_whitelist``. None of them opens other files.
CONTAINERS = (
    'mov,mp4,matroska,webm,avi,flv,asf,ogg,gif,mxf,ivf,nut,rm,wtv,yuv4mpegpipe,mpeg,mpegts,mpegvideo,h264,hevc,m4v,dv'
)
# A second lock for PyAV, behind the first bytes: these formats only, and no addresses.
AV_OPTIONS = dict(format_whitelist=CONTAINERS, protocol_whitelist='file')
HEAD = 4096  # bytes by which FFmpeg recognises the unambiguous formats; it reads at most 1 MiB for the others
MOST = 2**20

_ISO_BOXES = b'ftyp|moov|mdat|free|skip|wide|pnot|junk|udta|styp|sidx|moof|uuid|prfl|emsg'
_UNAMBIGUOUS = re.compile(
    rb'.{4}(?:' + _ISO_BOXES + rb')'  # MP4, QuickTime, 3GP
    rb'|\x1a\x45\xdf\xa3'  # Matroska, WebM
    rb'|RIFF.{4}AVI|ON2 .{4}ON2f'
    rb'|FLV[\x00-\x05]|\x30\x26\xb2\x75\x8e\x66\xcf\x11|OggS|GIF8[79]a'
    rb'|\x06\x0e\x2b\x34|DKIF|nut/multimedia container\x00|\.RMF\x00|\xb7\xd8\x00\x20\x37\x49\xda\x11|YUV4MPEG2 ',
    re.DOTALL,
)
# MPEG program and elementary streams begin with a start code, DV with a header block.
_START_CODE = re.compile(rb'\x00\x00\x01[\x00-\xff]|\x00\x00\x00\x01|\x1f\x07\x00', re.DOTALL)
_PACKETS = (188, 192, 204)  # bytes of a packet of an MPEG transport stream, each with a sync byte
_SYNC = 0x47
_REFERENCES = {
    'an HLS playlist': re.compile(rb'\A\s*(?:\xef\xbb\xbf)?#EXTM3U'),
    'a DASH manifest': re.compile(rb'<MPD[\s>:]', re.IGNORECASE),  # pixels have the four letters too
    'a list of files for FFmpeg': re.compile(rb'\A\s*(?:\xef\xbb\xbf)?ffconcat'),
    'a session description (SDP)': re.compile(rb'(?:\A|[\r\n])(?:v=0\r?\n|c=IN IP)'),
    'a composition playlist (IMF)': re.compile(rb'<CompositionPlaylist', re.IGNORECASE),
}


def find_reference(file: BinaryIO) -> str | None:
    """What a file is if it may make a decoder open other files, such as ``an HLS playlist``; None if it cannot.

    Args:
        file: The file, at its start.

    Raises:
        ValueError: If it has none of the formats of ``CONTAINERS``.
    """
    head = file.read(HEAD)
    if not _UNAMBIGUOUS.match(head):
        head += file.read(MOST - HEAD)
    found = next((kind for kind, pattern in _REFERENCES.items() if pattern.search(head)), None)
    if found is None and not (_UNAMBIGUOUS.match(head) or _START_CODE.match(head) or _is_transport_stream(head)):
        raise ValueError('the file has none of the formats of videos')
    return found


def _is_transport_stream(head: bytes) -> bool:
    """Whether sync bytes are found at the distance of packets, wherever the first one is."""
    for size in _PACKETS:
        for start in range(min(size, len(head))):
            syncs = head[start : start + 5 * size : size]
            if len(syncs) >= 2 and syncs == bytes([_SYNC]) * len(syncs):
                return True
    return False
