"""Writes ``docs/faults.md`` from what ``fault_matrix.py`` measured."""

from pathlib import Path

PAGE = Path(__file__).parents[1] / 'docs' / 'faults.md'
REST = '## Hostile input'  # written by hand from what make hostile prints
HELD, FAILED, NOT_APPLICABLE = '✅', '❌', '-'

INTRODUCTION = """# Fault matrix

What was measured when a fault happens in the middle of a phase: with ✅ everything below held, with ❌ something did
not; a dash stands where a fault does not apply. The table is written by

    python tests/fault_matrix.py --write

which trains, tests, predicts and exports with a small TimeSformer, and has each fault happen in the middle.

"""

LEGEND = """
## What must hold

In every cell no program waits for ever, leaves processes behind, or prints a traceback, and a file that was there is
complete: the earlier one or the new one. Besides:

"""

LEGEND_ROWS = (
    (
        'kill -9',
        'the process is killed',
        '`--resume`, or the same command, leads to the same weights, scores or file',
    ),
    (
        'SIGTERM, SIGINT',
        'the signal is sent',
        (
            'exit status 143 or 130; training has written a checkpoint, also during validation; no '
            'unfinished file is left; afterwards as for kill -9'
        ),
    ),
    (
        'full disk',
        'the disk is filled to the last byte',
        (
            'one sentence, exit status 1, no unfinished file; once there is room, as for kill -9; exit status 0 only '
            'with the same result'
        ),
    ),
    (
        'damaged checkpoint',
        'bytes in the middle of the newest checkpoint are changed, after a kill -9',
        (
            '`--resume` names it, passes it over, and leads to the same weights; other programs refuse it in '
            'a sentence and write nothing'
        ),
    ),
    (
        'lost rank',
        'one of two processes is killed',
        'the other ends, a sentence says so; afterwards as for kill -9',
    ),
    (
        'killed worker',
        'one of two loader workers is killed',
        'one sentence, exit status 1; afterwards as for kill -9; exit status 0 only with the same result',
    ),
    (
        'vanished video',
        'a video of the list is deleted',
        'the video is named and costs one sample; exit status 0',
    ),
    (
        'second owner',
        'the same command is started beside the first',
        "a second training is refused in a sentence; whatever the second one does, the first one's result is the same",
    ),
    (
        'clock gone back',
        'the clock is set back by a day; checkpoints that are there come from the future',
        'the same result; `--resume` finds the newest checkpoint all the same',
    ),
)


def write_page(
    results: list[dict[str, str]], faults: tuple[str, ...], phases: tuple[str, ...], reasons: dict[tuple[str, str], str]
) -> None:
    """Write the page up to ``REST``; cells that were not measured keep what the page says."""
    signs = {**signs_on_page(phases), **{(r['fault'], r['phase']): FAILED if r['why'] else HELD for r in results}}
    lines = [f'| fault | {" | ".join(phases)} |', f'| --- {"| :---: " * len(phases)}|']
    for fault in faults:
        cells = (NOT_APPLICABLE if (fault, phase) in reasons else signs.get((fault, phase), '') for phase in phases)
        lines.append(f'| {fault} | {" | ".join(cells)} |')
    causes = ', '.join(f'{fault} while {phase} ({why})' for (fault, phase), why in reasons.items())
    table = '\n'.join(lines)
    text = f'{INTRODUCTION}{table}\n{LEGEND}{legend_table()}\n\nDoes not apply: {causes}.\n'
    PAGE.write_text(text + rest_of_page(), encoding='utf-8')


def rest_of_page() -> str:
    """What the page says of other things, below the matrix."""
    found = PAGE.read_text(encoding='utf-8').find(f'\n{REST}\n') if PAGE.exists() else -1
    return PAGE.read_text(encoding='utf-8')[found:] if found >= 0 else ''


def legend_table() -> str:
    rows = (('fault', 'what is done', 'what must hold'), ('---', '---', '---'), *LEGEND_ROWS)
    return '\n'.join(f'| {" | ".join(row)} |' for row in rows)


def signs_on_page(phases: tuple[str, ...]) -> dict[tuple[str, str], str]:
    """What the page says of each cell."""
    if not PAGE.exists():
        return {}
    found = {}
    for line in PAGE.read_text(encoding='utf-8').splitlines():
        name, *cells = [cell.strip() for cell in line.strip('|').split('|')]
        if len(cells) == len(phases) and set(cells) <= {HELD, FAILED, NOT_APPLICABLE, ''}:
            found.update({(name, phase): cell for phase, cell in zip(phases, cells, strict=True)})
    return found
