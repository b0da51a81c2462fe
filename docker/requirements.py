"""Print the pinned requirements to install in an image: ``python requirements.py pinned.txt``.

These are all of them, unless torch and torchvision are already installed in the pinned versions, for any CUDA version:
then both are kept, with the CUDA libraries that they depend on.
"""

import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

TORCH = ('torch', 'torchvision')
WITH_TORCH = (*TORCH, 'triton')
PREFIXES_WITH_TORCH = ('cuda-', 'nvidia-')


def is_installed(name: str, pinned: str) -> bool:
    """Whether a package is installed in this version, ignoring a local version (``2.11.0+cu128``)."""
    try:
        return version(name).split('+')[0] == pinned
    except PackageNotFoundError:
        return False


def comes_with_torch(name: str) -> bool:
    """Whether a package is torch, torchvision or a library that they are built against."""
    return name in WITH_TORCH or name.startswith(PREFIXES_WITH_TORCH)


def missing(lines: list[str]) -> list[str]:
    """The lines, of the form ``NAME==VERSION`` or ``NAME==VERSION ; MARKER``, to install."""
    pins = {name: rest.split(';')[0].strip() for name, _, rest in (line.partition('==') for line in lines)}
    if not all(is_installed(name, pins[name]) for name in TORCH):
        return lines
    return [line for line in lines if not comes_with_torch(line.partition('==')[0])]


if __name__ == '__main__':
    lines = Path(sys.argv[1]).read_text().splitlines()
    needed = missing(lines)
    print('\n'.join(needed))
    what = 'torch and torchvision are installed with the rest' if needed == lines else 'torch and torchvision are kept'
    print(f'requirements: {what}', file=sys.stderr)
