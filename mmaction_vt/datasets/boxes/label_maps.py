"""Names of classes: AVA's label maps, and lists with a name per line."""

import re

from ...errors import InputError
from ...utils.text_files import iterate_lines

EXPECTED = "AVA's label map (.pbtxt), lines such as '5: walk', or a name per line"
ITEM_NAME, ITEM_ID = re.compile(r'\s*name:\s*"(.*)"'), re.compile(r'\s*(?:label_)?id:\s*([0-9]{1,6})\s*')
NUMBERED = re.compile(r'([0-9]{1,6}): *(.+)')


def read_label_map(path: str) -> dict[int, str]:
    """Read the names of classes by their numbers, which start at 1.

    Three formats are known: AVA's ``.pbtxt``, mmaction2's ``1: bend/bow (at the waist)``, and a name per line.

    Args:
        path: The file.

    Raises:
        InputError: If it does not exist, is not text, or has no names.
    """
    lines = [line for line in iterate_lines(path, EXPECTED, 'the label map') if line.strip()]
    if any(ITEM_NAME.fullmatch(line.rstrip()) for line in lines):
        names = _items(lines)
    elif lines and all(NUMBERED.fullmatch(line.strip()) for line in lines):
        pairs = (NUMBERED.fullmatch(line.strip()) for line in lines)
        names = {int(pair[1]): pair[2].strip() for pair in pairs if pair}
    else:
        names = {number: line.strip() for number, line in enumerate(lines, start=1)}
    if not names:
        raise InputError(f'the label map {path} has no names; expected {EXPECTED}')
    return names


def _items(lines: list[str]) -> dict[int, str]:
    names, name = {}, ''
    for line in lines:
        found, number = ITEM_NAME.fullmatch(line.rstrip()), ITEM_ID.fullmatch(line)
        if found:
            name = found[1]
        elif number:
            names[int(number[1])] = name
    return names
