"""Imports only go down, without a circle, and load no more than is needed."""

import ast
import json
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from conftest import ROOT

from mmaction_vt.moved import MOVED

PACKAGE = ROOT / 'mmaction_vt'
# From the bottom to the top. A part imports from parts in lower layers and from itself, never from its own layer's
# other parts. '' is the package's __init__.py.
LAYERS = (
    ('compat', 'errors', 'moved', 'version'),
    ('class_names', 'zoo'),
    ('utils',),
    ('legacy', 'registry'),
    ('models.layers', 'models.losses'),
    ('checkpoints', 'models.backbones', 'models.heads'),
    ('models.detectors', 'models.init', 'models.pretraining', 'models.recognizers'),
    ('evaluation', 'models', 'segments'),
    ('datasets', 'visualization.draw', 'visualization.explain'),
    ('engine', 'streaming', 'visualization'),
    ('apis', 'cli', 'deployment', 'mmengine_patches', 'pyslowfast'),
    ('features', 'live'),
    ('set_up',),
    ('',),
)
PARTS = {part: level for level, layer in enumerate(LAYERS) for part in layer}
HEAVY = ('torch', 'mmengine', 'mmcv', 'mmaction', 'matplotlib', 'cv2', 'numpy')


def find_modules():
    """The files of the package by the names of their modules below it."""
    modules = {}
    for path in PACKAGE.rglob('*.py'):
        parts = path.relative_to(PACKAGE).with_suffix('').parts
        if '.mim' not in parts:
            modules['.'.join(parts[:-1] if parts[-1] == '__init__' else parts)] = path
    return modules


def ancestors(name):
    parts = name.split('.')
    return {'.'.join(parts[:length]) for length in range(1, len(parts))}


def imports_of(name, modules):
    """The modules that a module imports anywhere in its file, also within functions."""
    path, found = modules[name], set()
    folder = [part for part in name.split('.') if part]
    folder = folder if path.name == '__init__.py' else folder[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = [*folder[: len(folder) - node.level + 1], *(node.module or '').split('.')]
            base = '.'.join(part for part in base if part)
            names = (f'{base}.{alias.name}'.lstrip('.') for alias in node.names)
            found |= {name if name in modules else base for name in names}
        elif isinstance(node, ast.ImportFrom | ast.Import):
            names = [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            assert not any(name.split('.')[0] == 'mmaction_vt' for name in names), f'{path}: imports are relative'
    return found - {name}


def part_of(module):
    """The part that a module belongs to: the longest of ``PARTS`` that its name begins with."""
    return max((part for part in PARTS if f'{module}.'.startswith(f'{part}.') or part == module), key=len)


@pytest.fixture(scope='module')
def graph():
    modules = find_modules()
    return {name: imports_of(name, modules) for name in modules}


def test_every_module_has_a_layer(graph):
    assert {part_of(module) for module in graph if module} == set(PARTS) - {''}


def test_imports_go_down(graph):
    upward = [
        f'{module} imports {target}'
        for module, targets in graph.items()
        for target in targets
        if part_of(module) != part_of(target) and PARTS[part_of(module)] <= PARTS[part_of(target)]
    ]
    assert not upward


def test_there_is_no_circle(graph):
    """Importing a module also imports the packages that it is in."""
    whole = {
        module: targets
        | {package for target in targets for package in ancestors(target)} - ancestors(module) - {module}
        for module, targets in graph.items()
    }
    TopologicalSorter(whole).prepare()  # raises an error that has the circle


def loaded(code, *names):
    """Which modules are loaded after running some code in a new process."""
    code += (
        f'\nimport json, sys\nprint(json.dumps([name for name in {names!r} if name in sys.modules]), file=sys.stderr)'
    )
    result = subprocess.run([sys.executable, '-c', code], cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(result.stderr.splitlines()[-1])


def test_importing_the_package_loads_next_to_nothing():
    assert loaded('import mmaction_vt', *HEAVY) == []


@pytest.mark.parametrize('program', ['build_list', 'kinetics'])
def test_a_program_for_lists_loads_next_to_nothing(program):
    path = f'tools/data/{program}.py'
    code = f"""
import runpy, sys
sys.argv = [{path!r}, '--help']
sys.path.insert(0, 'tools/data')
try:
    runpy.run_path({path!r}, run_name='__main__')
except SystemExit as end:
    assert not end.code
"""
    assert loaded(code, *HEAVY) == []


def test_models_and_data_need_no_matplotlib():
    code = 'from mmaction_vt import checkpoints, datasets, engine, evaluation, models'
    assert loaded(code, 'torch', 'matplotlib') == ['torch']


def test_modules_that_were_moved_import_with_a_warning():
    code = f"""
import importlib, json, warnings
for name, place in {MOVED!r}.items():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        module = importlib.import_module(f'mmaction_vt.{{name}}')
    assert module is importlib.import_module(f'mmaction_vt.{{place}}'), name
    messages = [str(each.message) for each in caught if each.category is DeprecationWarning]
    assert any(f'mmaction_vt.{{name}} is mmaction_vt.{{place}} since' in message for message in messages), name
"""
    subprocess.run([sys.executable, '-c', code], cwd=ROOT, check=True)


def test_files_are_short():
    for folder in ('mmaction_vt', 'tools', 'demo'):
        for path in Path(ROOT, folder).rglob('*.py'):
            assert '.mim' in path.parts or len(path.read_text(encoding='utf-8').splitlines()) <= 400, path
