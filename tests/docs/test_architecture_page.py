"""Imports: none is circular, none leads upward, and the picture of them is up to date."""

import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / 'docs'))

import draw_imports  # noqa: E402


def test_no_circular_imports_between_modules():
    assert draw_imports.find_cycle(draw_imports.module_graph(ROOT)) == []


def test_no_circular_imports_between_parts():
    assert draw_imports.find_cycle(draw_imports.part_graph(ROOT)) == []


def test_what_may_not_import_what():
    graph = draw_imports.part_graph(ROOT)
    assert graph['models.layers'] <= {'errors', 'utils'}
    assert 'checkpoints' not in graph['models.backbones']
    for part in graph.keys() - {'tools', 'demo'}:
        assert not graph[part] & {'tools', 'demo', 'cli'}, part


def test_the_picture_is_up_to_date():
    with Image.open(draw_imports.PICTURE) as picture:
        drawn = picture.info.get('Description')
    assert drawn == draw_imports.describe(draw_imports.shown(ROOT)), 'run: python docs/draw_imports.py'


def test_every_arrow_points_down():
    arrows = draw_imports.reduce_graph(draw_imports.shown(ROOT))
    row = draw_imports.rows_of(arrows)
    assert all(row[part] > row[target] >= 0 for part, targets in arrows.items() for target in targets)


def test_imports_are_read_from_code(tmp_path):
    package = tmp_path / 'mmaction_vt'
    (package / 'models' / 'layers').mkdir(parents=True)
    files = {
        '__init__.py': 'from . import errors',
        'errors.py': '',
        'models/__init__.py': '',
        'models/layers/__init__.py': 'from .mlp import Mlp',
        'models/layers/mlp.py': (
            'from typing import TYPE_CHECKING\n'
            'if TYPE_CHECKING:\n    from ...cli import run\n'
            'class Mlp:\n    def forward(self):\n        from ...errors import InputError'
        ),
        'cli.py': 'import mmaction_vt.models.layers\nfrom .models.layers import mlp',
    }
    for name, text in files.items():
        (package / name).write_text(text)
    graph = draw_imports.module_graph(tmp_path)
    assert graph['mmaction_vt'] == {'mmaction_vt.errors'}
    assert graph['mmaction_vt.models.layers'] == {'mmaction_vt.models.layers.mlp'}
    assert graph['mmaction_vt.models.layers.mlp'] == {'mmaction_vt.errors'}
    assert graph['mmaction_vt.cli'] == {'mmaction_vt.models.layers', 'mmaction_vt.models.layers.mlp'}
    assert draw_imports.part_graph(tmp_path) == {
        'cli': {'models.layers'},
        'models.layers': {'errors'},
        'errors': set(),
    }


def test_a_cycle_is_found_and_implied_arrows_are_left_out():
    assert draw_imports.find_cycle({'a': {'b'}, 'b': {'c'}, 'c': {'b'}}) == ['b', 'c', 'b']
    assert draw_imports.reduce_graph({'a': {'b', 'c'}, 'b': {'c'}, 'c': set()}) == {'a': {'b'}, 'b': {'c'}, 'c': set()}
