"""Draw which part of the package imports which: ``python docs/draw_imports.py [PICTURE]``.

Imports, including those inside functions, are read from the code of the package, its tools and its demos without
running it. A part is a package of ``mmaction_vt``, a package of ``mmaction_vt.models``, or a module next to them. Every
arrow points down. Arrows that a chain of others implies are left out, and so are those to what many parts import,
which is listed at the bottom.
"""

import ast
import sys
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import accumulate, combinations, pairwise
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = 'mmaction_vt'
PICTURE = ROOT / 'docs' / 'images' / 'architecture.png'
PROGRAMS = ('tools', 'demo')
SPLIT = 'models'  # the package whose own packages are parts
# What many parts import; and what only gives other names to what is elsewhere.
BASE = ('errors', 'registry', 'utils', 'zoo', 'class_names')
LEFT_OUT = (PACKAGE, 'models', 'moved', 'version')

MODELS_COLOUR, PROGRAMS_COLOUR, OTHER_COLOUR, BASE_COLOUR = '#dbe9f9', '#fdebd0', '#eef1f5', '#e6f2e6'
WIDTH, HEIGHT = 10.0, 0.36  # of the picture and of a box, in inches; rows are an inch apart
FULL = 0.7  # the share of a row that boxes may take
STARTS, SWEEPS = 1000, 12

Graph = dict[str, set[str]]


def modules(root: Path) -> dict[str, Path]:
    """Dotted names of all modules of the package and its programs, and their files."""
    found = {}
    for folder in (PACKAGE, *PROGRAMS):
        for path in sorted((root / folder).rglob('*.py')):
            if '.mim' not in path.parts:
                name = '.'.join(path.relative_to(root).with_suffix('').parts)
                found[name.removesuffix('.__init__')] = path
    return found


def imported(name: str, path: Path, known: dict[str, Path]) -> Iterator[str]:
    """Modules of the package that one module imports when it runs; what only type checkers read is no import."""
    tree = ast.parse(path.read_text(encoding='utf-8'))
    for_types = {
        id(statement)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith('TYPE_CHECKING')
        for body in node.body
        for statement in ast.walk(body)
    }
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            source = node.module or ''
            if node.level:
                parents = name.split('.')
                parents = parents[: len(parents) - node.level + (path.name == '__init__.py')]
                source = '.'.join([*parents, *filter(None, [source])])
            for alias in node.names:
                target = f'{source}.{alias.name}'
                if target in known or source in known:
                    yield target if target in known else source


def module_graph(root: Path) -> Graph:
    """Which modules each module imports."""
    known = modules(root)
    return {name: set(imported(name, path, known)) - {name} for name, path in known.items()}


def part_of(module: str) -> str:
    """The part that a module belongs to."""
    names = module.split('.')
    if names[0] != PACKAGE or len(names) == 1:
        return names[0]
    return '.'.join(names[1:3]) if names[1] == SPLIT else names[1]


def part_graph(root: Path) -> Graph:
    """Which parts each part imports."""
    graph: Graph = defaultdict(set)
    for module, targets in module_graph(root).items():
        part = part_of(module)
        graph[part] |= {part_of(target) for target in targets} - {part}
    return {part: targets - set(LEFT_OUT) for part, targets in graph.items() if part not in LEFT_OUT}


def find_cycle(graph: Graph) -> list[str]:
    """Parts that import each other in a circle, or nothing."""
    done: set[str] = set()

    def visit(node: str, chain: list[str]) -> list[str]:
        if node in chain:
            return [*chain[chain.index(node) :], node]
        if node in done:
            return []
        for target in sorted(graph.get(node, ())):
            cycle = visit(target, [*chain, node])
            if cycle:
                return cycle
        done.add(node)
        return []

    return next(filter(None, (visit(node, []) for node in sorted(graph))), [])


def reduce_graph(graph: Graph) -> Graph:
    """The graph without arrows that a chain of others implies."""

    @cache
    def reached(node: str) -> frozenset[str]:
        return frozenset(graph[node]).union(*(reached(target) for target in graph[node]))

    return {
        node: {t for t in targets if not any(t in reached(other) for other in targets - {t})}
        for node, targets in graph.items()
    }


def rows_of(graph: Graph) -> dict[str, int]:
    """The row of each part, from the bottom up: above everything it imports, and close to what imports it.

    Args:
        graph: What each part imports, without implied arrows.
    """

    @cache
    def height(node: str) -> int:
        return max((height(target) + 1 for target in graph[node]), default=0)

    row = {node: height(node) for node in graph}
    for node in sorted(graph, key=lambda node: -row[node]):
        importers = [other for other in graph if node in graph[other]]
        if importers and len(graph[node]) <= len(importers):
            row[node] = min(row[other] for other in importers) - 1
    for y in range(max(row.values()), 0, -1):  # what imports nothing makes room in a full row
        leaves = [node for node in sorted(graph) if row[node] == y and not graph[node]]
        while leaves and sum(box_width(node) for node in graph if row[node] == y) > FULL * WIDTH:
            row[leaves.pop(0)] -= 1
    return row


def lay_out(graph: Graph, row: dict[str, int]) -> tuple[dict[str, float], list[list[str]]]:
    """Where each part is from left to right, and the way of each arrow, with few crossings.

    An arrow across several rows goes through a bend in each, which takes room like a box (Sugiyama, Tagawa and Toda,
    1981). Of many random starts the one with the fewest crossings and the shortest arrows is taken.

    Returns:
        The middle of each part and bend, and the parts and bends of each arrow from top to bottom.
    """
    chains = []
    for node, targets in graph.items():
        for target in sorted(targets):
            bends = [f'{node}>{target}>{y}' for y in range(row[node] - 1, row[target], -1)]
            chains.append([node, *bends, target])
    pairs = [pair for chain in chains for pair in pairwise(chain)]
    levels = {node: level(node, row) for node in [*graph, *(node for chain in chains for node in chain)]}
    best: tuple[float, dict[str, float]] = (float('inf'), {})
    for seed in range(STARTS):
        place = order(levels, pairs, Random(seed))
        lines = [(levels[a], place[a], place[b]) for a, b in pairs]
        crossings = sum(
            (a - c) * (b - d) < 0 for (y, a, b), (z, c, d) in combinations(lines, 2) if y == z and a != c and b != d
        )
        cost = crossings + sum(abs(a - b) for _, a, b in lines) / WIDTH
        if cost < best[0]:
            best = (cost, place)
    return best[1], chains


def level(node: str, row: dict[str, int]) -> int:
    """The row of a part or a bend."""
    return row[node] if node in row else int(node.rpartition('>')[2])


def order(levels: dict[str, int], pairs: list[tuple[str, str]], random: Random) -> dict[str, float]:
    """From a random order, move each part and bend to the mean of its neighbours, row by row, several times."""
    rows = [[node for node in sorted(levels) if levels[node] == y] for y in range(max(levels.values()) + 1)]
    near: Graph = defaultdict(set)
    for a, b in pairs:
        near[a].add(b)
        near[b].add(a)
    place: dict[str, float] = {}
    for row in rows:
        random.shuffle(row)
        place |= spread(row)
    for sweep in range(SWEEPS):
        for row in rows if sweep % 2 else reversed(rows):
            mean = {node: sum(place[o] for o in near[node]) / max(len(near[node]), 1) for node in row}
            row.sort(key=mean.__getitem__)
            place |= spread(row)
    return place


def spread(row: list[str]) -> dict[str, float]:
    """The parts and bends of a row with equal room between them."""
    sizes = [box_width(node) for node in row]
    room = (WIDTH - sum(sizes)) / (len(row) + 1)
    starts = accumulate(sizes, lambda start, size: start + size + room, initial=room)
    return {node: start + size / 2 for node, start, size in zip(row, starts, sizes, strict=False)}


def label_of(part: str) -> str:
    """The part as it is named in the tree."""
    name = part.replace('.', '/')
    return f'{name}/' if part in PROGRAMS or (ROOT / PACKAGE / name).is_dir() else f'{name}.py'


def box_width(node: str) -> float:
    """The width of a part's box; a bend has little."""
    return 0.2 if '>' in node else 0.093 * len(label_of(node)) + 0.24


def draw(graph: Graph, base: list[str], path: Path) -> None:
    """Draw the parts as boxes in rows, with arrows from each to what it imports."""
    import matplotlib as mpl

    mpl.use('Agg')
    from matplotlib import pyplot
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path as Line

    arrows = reduce_graph(graph)
    row = rows_of(arrows)
    place, chains = lay_out(arrows, row)
    top = max(row.values())
    figure, axes = pyplot.subplots(figsize=(WIDTH, top + 2), dpi=150)
    axes.set(xlim=(0, WIDTH), ylim=(-1.5, top + 0.5))
    axes.axis('off')
    for chain in chains:
        vertices, codes = [], []
        for (node, x0), (other, x1) in pairwise([(node, place[node]) for node in chain]):
            y0, y1 = level(node, row) - HEIGHT / 2, level(other, row) + HEIGHT / 2
            middle = (y0 + y1) / 2
            vertices += [(x0, y0), (x0, middle), (x1, middle), (x1, y1)]
            codes += [Line.LINETO, *[Line.CURVE4] * 3]
        codes[0] = Line.MOVETO
        line = Line(vertices, codes)
        style = dict(arrowstyle='-|>', mutation_scale=11, color='#7a869a', linewidth=1.1, zorder=1)
        axes.add_patch(FancyArrowPatch(path=line, **style))
    for node, y in row.items():
        colour = MODELS_COLOUR if node.startswith(SPLIT) else PROGRAMS_COLOUR if node in PROGRAMS else OTHER_COLOUR
        draw_box(axes, (place[node], y), box_width(node), label_of(node), colour)
    label = 'used by many parts:   ' + '    '.join(map(label_of, base))
    draw_box(axes, (WIDTH / 2, -1), WIDTH - 0.4, label, BASE_COLOUR)
    figure.subplots_adjust(0, 0, 1, 1)
    figure.savefig(path, metadata={'Description': describe(graph)})
    pyplot.close(figure)


def draw_box(axes: Any, middle: tuple[float, float], width: float, label: str, colour: str) -> None:
    """A box with a label."""
    from matplotlib.patches import FancyBboxPatch

    x, y = middle
    corner = (x - width / 2, y - HEIGHT / 2)
    style = dict(boxstyle='round,pad=0,rounding_size=0.08', facecolor=colour, edgecolor='#4a5568', zorder=2)
    axes.add_patch(FancyBboxPatch(corner, width, HEIGHT, **style))
    axes.text(x, y, label, ha='center', va='center', fontsize=10.5, zorder=3)


def shown(root: Path) -> Graph:
    """The parts that have a box of their own, and what each imports."""
    graph = part_graph(root)
    return {part: targets - set(BASE) for part, targets in graph.items() if part not in BASE}


def describe(graph: Graph) -> str:
    """The arrows as text, which the picture carries: a test compares it with the code."""
    return '; '.join(f'{part}: {", ".join(sorted(targets))}' for part, targets in sorted(reduce_graph(graph).items()))


def main(path: Path = PICTURE) -> None:
    """Draw the picture, unless imports are circular."""
    graph = part_graph(ROOT)
    cycle = find_cycle(graph)
    if cycle:
        sys.exit(f'error: circular imports: {" -> ".join(cycle)}')
    draw(shown(ROOT), [name for name in BASE if name in graph], path)


if __name__ == '__main__':
    parser = ArgumentParser(description='Draw which part of the package imports which.')
    parser.add_argument('picture', nargs='?', type=Path, default=PICTURE, help='file to write (default: %(default)s)')
    main(parser.parse_args().picture)
