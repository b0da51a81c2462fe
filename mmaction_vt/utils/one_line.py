"""Text of any origin as one printable line."""

import re

BREAKS = re.compile(r'\s*[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]\s*')
# Control characters, which a terminal may obey, and halves of surrogate pairs, which cannot be encoded.
UNPRINTABLE = re.compile(r'[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]')


def one_line(text: str, limit: int = 2000) -> str:
    r"""Text without line breaks and control characters; the middle of a long text is omitted.

    Args:
        text: Any text.
        limit: The most characters.

    Example:
        >>> one_line('two\nlines of a\x1b[31m.mp4')
        'two lines of a\\x1b[31m.mp4'
    """
    if len(text) > 4 * limit:  # before anything else: a line of a hostile file may have gigabytes
        text = f'{text[: 2 * limit]} … {text[-2 * limit :]}'
    line = UNPRINTABLE.sub(
        lambda found: found[0].encode('unicode_escape').decode('ascii'), BREAKS.sub(' ', text.strip())
    )
    if len(line) <= limit:
        return line
    return f'{line[: limit * 2 // 3].rstrip()} … {line[-(limit // 3 - 3) :].lstrip()}'
