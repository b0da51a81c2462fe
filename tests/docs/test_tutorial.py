"""The notebook ``demo/mmaction_vt_tutorial.ipynb``: without outputs, and its cells run. Jupyter is not needed."""

import ast
import importlib
import json
import os
import re
import shlex
import subprocess
import sys

import pytest
from conftest import ROOT

from mmaction_vt import VideoInferencer, list_models
from mmaction_vt.apis import Prediction
from mmaction_vt.visualization import Explanation, Shown

NOTEBOOK = ROOT / 'demo' / 'mmaction_vt_tutorial.ipynb'
CONTENT = json.loads(NOTEBOOK.read_text(encoding='utf-8'))
CELLS = {kind: [cell for cell in CONTENT['cells'] if cell['cell_type'] == kind] for kind in ('code', 'markdown')}
CODE = '\n'.join(''.join(cell['source']) for cell in CELLS['code'])
WORDS = '\n\n'.join(''.join(cell['source']) for cell in CELLS['markdown'])


def test_has_the_format_of_jupyter_and_no_outputs():
    assert (CONTENT['nbformat'], CONTENT['nbformat_minor']) >= (4, 5)
    assert len({cell['id'] for cell in CONTENT['cells']}) == len(CONTENT['cells'])
    assert all(cell['outputs'] == [] and cell['execution_count'] is None for cell in CELLS['code'])


def test_names_only_what_exists():
    tree = ast.parse(CODE)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            module = importlib.import_module(node.module)
            assert all(hasattr(module, alias.name) for alias in node.names), ast.unparse(node)
    types = {'recognise': VideoInferencer, 'mine': VideoInferencer, 'prediction': Prediction, 'found': Prediction}
    for name, made in dict(types, explanation=Explanation).items():
        used = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute) and ast.unparse(n.value) == name}
        assert all(hasattr(made, attribute) for attribute in used), (name, used)
    assert hasattr(Shown, 'save')


def test_programs_models_and_links_exist():
    texts = [node.value for node in ast.walk(ast.parse(CODE)) if isinstance(node, ast.Constant)]
    commands = [shlex.split(text) for text in texts if isinstance(text, str) and text.startswith('tools/')]
    assert len(commands) == 3
    for program, *words in commands:
        text = (ROOT / program).read_text() + (ROOT / 'mmaction_vt' / 'cli.py').read_text()
        assert all(f"'{word}'" in text for word in words if word.startswith('--')), (program, words)
    for name in re.findall(r"VideoInferencer\('(\w+)'", CODE + WORDS):
        assert name in list_models()
    assert all((NOTEBOOK.parent / link).exists() for link in re.findall(r'\]\(([^)]+)\)', WORDS))


@pytest.mark.slow
def test_runs(tmp_path):
    for name in ('configs', 'tests', 'tools'):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / 'demo').mkdir()
    code = f'{CODE}\nassert right >= 0.9 * len(videos)\nassert mine(video).top(1)[0][0] == "left"\n'
    (tmp_path / 'cells.py').write_text(f'if __name__ == "__main__":\n    exec({code!r})\n')
    environment = {**os.environ, 'OMP_NUM_THREADS': '1'}
    subprocess.run([sys.executable, '../cells.py'], cwd=tmp_path / 'demo', env=environment, check=True)
    assert (tmp_path / 'data' / 'tutorial' / 'rollout.gif').is_file()
