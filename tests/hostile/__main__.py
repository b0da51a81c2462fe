"""Try hostile cases of every kind: ``make hostile``, or ``PYTHONPATH=tests python -m hostile --help``."""

import json
import os
import random
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

import forked_programs

from hostile.case import Case
from hostile.good import Good, make_good
from hostile.harness import Result, run_cases, try_case
from hostile.outcome import OUTCOMES, RIGHT

KINDS = ('command_lines', 'configs', 'outputs', 'checkpoints', 'videos', 'lists')
LONGEST_SEARCH = 100_000


def main() -> None:
    args = parse_args()
    forked_programs.preload(*forked_programs.FOR_EXPORT)
    with tempfile.TemporaryDirectory(prefix='hostile_good_') as name:
        good = make_good(Path(name) / 'good')
        sources = {kind: named(kind, args.seed, good) for kind in args.only or KINDS if exists(kind)}
        failed = repeat(args.case, sources, good) if args.case else try_all(args, sources, good)
    sys.exit(1 if failed else 0)


def parse_args() -> Namespace:
    parser = ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--cases', type=int, default=2000, help='how many (default: %(default)s)')
    parser.add_argument('--seed', type=int, default=0, help='from which the cases follow (default: %(default)s)')
    parser.add_argument('--only', action='append', choices=KINDS, help='a kind; may be repeated (default: all)')
    parser.add_argument('--case', help='run the case of this name alone and show its whole output')
    parser.add_argument('--jobs', type=int, default=os.cpu_count(), help='at a time (default: %(default)s)')
    parser.add_argument('--seconds', type=float, default=float('inf'), help='start none after these seconds')
    parser.add_argument('--results', type=Path, default='work_dirs/hostile.jsonl', help='(default: %(default)s)')
    parser.add_argument('--resume', action='store_true', help='leave out the cases that the results file has')
    return parser.parse_args()


def exists(kind: str) -> bool:
    """Whether a kind's module is there; its owner may not have written it yet."""
    return (Path(__file__).parent / f'{kind}.py').is_file()


def named(kind: str, seed: int, good: Good) -> Iterator[Case]:
    """A kind's cases; those whose name was there before are left out."""
    names = set()
    for case in import_module(f'hostile.{kind}').cases(random.Random(f'{seed}/{kind}'), good):
        if case.name not in names:
            names.add(case.name)
            yield case


def in_turn(sources: dict[str, Iterator[Case]], number: int) -> Iterator[tuple[str, Case]]:
    """So many cases, one of each kind in turn; kinds with few cases end earlier."""
    sources = dict(sources)
    while sources:
        for kind, cases in list(sources.items()):
            case = next(cases, None)
            if case is None:
                del sources[kind]
            elif number:
                number -= 1
                yield kind, case
            else:
                return


def try_all(args: Namespace, sources: dict[str, Iterator[Case]], good: Good) -> bool:
    """Try the cases, print the table, and return whether one of them failed."""
    results = read_results(args.results) if args.resume else []
    done = {(result.kind, result.name) for result in results}
    cases = (pair for pair in in_turn(sources, args.cases) if (pair[0], pair[1].name) not in done)
    args.results.parent.mkdir(parents=True, exist_ok=True)
    begin = time.monotonic()
    with args.results.open('a' if args.resume else 'w') as file:

        def report(result: Result) -> None:
            results.append(result)
            print(json.dumps(asdict(result)), file=file, flush=True)
            if result.outcome not in RIGHT:
                print(f'{result.outcome:>9} {result.kind}: {result.name}: {result.why}', flush=True)
            if len(results) % 50 == 0:
                print(f'{len(results)} tried, {time.monotonic() - begin:.0f} s', flush=True)

        run_cases(cases, good, args.jobs, report, begin + args.seconds)
    print(table(results))
    return any(result.outcome not in RIGHT for result in results)


def read_results(path: Path) -> list[Result]:
    if not path.exists():
        return []
    return [Result(**json.loads(line)) for line in path.read_text().splitlines() if line.endswith('}')]


def table(results: list[Result]) -> str:
    """Outcomes per kind, as a table in Markdown."""
    kinds = sorted({result.kind for result in results})
    columns = (*OUTCOMES, *(['invalid'] if any(result.outcome == 'invalid' for result in results) else []))
    lines = [f'| kind | tried | {" | ".join(columns)} |', f'| --- {"| ---: " * (len(columns) + 1)}|']
    for name, chosen in [*((kind, {kind}) for kind in kinds), ('all', set(kinds))]:
        counts = Counter(result.outcome for result in results if result.kind in chosen)
        lines.append(f'| {name} | {counts.total()} | {" | ".join(str(counts[column]) for column in columns)} |')
    return '\n'.join(lines)


def repeat(name: str, sources: dict[str, Iterator[Case]], good: Good) -> bool:
    """Run one case and show everything; returns whether it failed."""
    for kind, case in in_turn(sources, LONGEST_SEARCH):
        if case.name == name:
            result = try_case(kind, case, good, show=True)
            print('$', *case.argv, f'\n{kind}: {name}: {result.outcome}: {result.why}')
            return result.outcome not in RIGHT
    sys.exit(f'error: no case {name!r} among {", ".join(sources)} (seed as given with --seed)')


if __name__ == '__main__':
    main()
