"""Coverage-guided fuzzing of a reader: ``make fuzz READER=checkpoint SECONDS=60``.

atheris (``pip install atheris``) follows which lines a content reaches, and makes others from it. Whatever escapes
that is not ``InputError`` ends the run, and its content is written to ``work_dirs/fuzz``.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=['mmaction_vt', 'common']):
    from hostile.readers import READERS, attempt


def main() -> None:
    name, *options = sys.argv[1:]
    if name not in READERS:
        sys.exit(f'error: unknown reader {name!r}; choose from {", ".join(READERS)}')
    found = Path('work_dirs/fuzz')
    corpus = found / name.replace(' ', '_')
    corpus.mkdir(parents=True, exist_ok=True)
    for index, content in enumerate(READERS[name].good):
        (corpus / f'good_{index}').write_bytes(content)
    with tempfile.TemporaryDirectory() as folder:
        reader = READERS[name]
        arguments = [sys.argv[0], '-close_fd_mask=3', f'-artifact_prefix={found}/', *options, str(corpus)]
        atheris.Setup(arguments, lambda content: attempt(reader, content, Path(folder)))
        atheris.Fuzz()


if __name__ == '__main__':
    main()
