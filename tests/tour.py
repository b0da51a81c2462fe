"""What a stranger does first, as the documentation has it: ``python tests/tour.py FOLDER``.

The last commit is cloned into an empty folder, ``make quickstart`` installs and runs, and then each command of some
pages is run as it is written, and each Python example that stands by itself. Left out are commands with names in
capitals or ``video.mp4``, which stand for a user's own files, with ``published`` weights, which are downloaded, and the
web page, which does not end by itself.
"""

import os
import re
import shlex
import subprocess
import sys
import time
from argparse import ArgumentParser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = tuple(f'docs/{name}.md' for name in ('custom_dataset', 'inference', 'deployment', 'visualization', 'faq'))
LEFT_OUT = re.compile(
    r'\b(CONFIG|CHECKPOINT|FILE|NAME|VIDEO|PARTITION)\b|pip install|demo/webapp\.py|dist_train\.sh|\bvideo\.mp4'
    r'|\bpublished(?!=)\b'
)
PIECE = re.compile(r'^    (?P<command>\S[^\n]*)$|^```python\n(?P<example>.*?)^```$', re.MULTILINE | re.DOTALL)


def steps(page: str) -> list[tuple[str, str]]:
    """What a page asks for, in order: ('run', command) or ('python', example)."""
    found = []
    for piece in PIECE.finditer(page):
        if LEFT_OUT.search(piece[0]):
            continue
        if piece['command']:
            found.append(('run', piece['command']))
        elif 'import' in piece['example']:
            found.append(('python', piece['example']))
    return found


def main() -> None:
    parser = ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('folder', type=Path, help='an empty folder, or one that does not exist')
    folder = parser.parse_args().folder.resolve()
    if folder.exists() and any(folder.iterdir()):
        sys.exit(f'error: {folder} is not empty')
    subprocess.run(['git', 'clone', '--quiet', ROOT, folder], check=True)
    environment = dict(os.environ)

    def do(command: list[str]) -> None:
        print('$', shlex.join(command), flush=True)
        start = time.monotonic()
        subprocess.run(command, cwd=folder, env=environment, check=True)
        print(f'  {time.monotonic() - start:.0f} s', flush=True)

    do(['make', 'quickstart'])
    environment['PATH'] = f'{folder / ".venv" / "bin"}:{os.environ["PATH"]}'  # as `activate` does
    for name in PAGES:
        print(f'--- {name}', flush=True)
        for kind, text in steps((folder / name).read_text()):
            if kind == 'run':
                do(['bash', '-c', text])
            else:
                do(['python', '-c', text])
    print('Everything ran.')


if __name__ == '__main__':
    main()
