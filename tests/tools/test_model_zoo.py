"""The model zoo is what the metafiles say, and they say what the configs cost."""

import re
import runpy
import shutil

import pytest
import yaml
from conftest import ROOT

from mmaction_vt.utils.config import load_config

PROGRAM = 'tools/analysis/model_zoo.py'
METAFILES = sorted((ROOT / 'configs' / 'recognition').glob('*/metafile.yml'))
CONFIGS = sorted((ROOT / 'configs' / 'recognition').glob('*/*.py'))
MODELS = [model for path in METAFILES for model in yaml.safe_load(path.read_text())['Models']]


@pytest.fixture
def copy(tmp_path):
    pages = (ROOT / 'docs' / 'model_zoo.md', ROOT / 'docs' / 'models.md')
    for path in (*METAFILES, *CONFIGS, *pages, ROOT / 'model-index.yml'):
        target = tmp_path / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    return tmp_path


def test_is_up_to_date(run_program):
    run_program(PROGRAM, '--check')


@pytest.mark.slow
def test_counts_are_up_to_date(run_program):
    run_program(PROGRAM, '--check', '--count')


@pytest.mark.parametrize('path', METAFILES, ids=lambda path: path.parent.name)
def test_first_model_of_each_family_costs_what_its_metafile_says(path):
    costs = runpy.run_path(str(ROOT / PROGRAM))['costs']
    model = yaml.safe_load(path.read_text())['Models'][0]
    counted = costs(load_config(ROOT / model['Config']))
    assert counted.items() <= model['Metadata'].items()


def test_is_written_anew_where_a_metafile_changes(copy, run_program):
    path = copy / 'configs' / 'recognition' / 'vivit' / 'metafile.yml'
    path.write_text(path.read_text().replace('Top 1 Accuracy: 79.9', 'Top 1 Accuracy: 97.9'))
    message = run_program(PROGRAM, '--root', copy, '--check', fails=True)
    assert 'docs/model_zoo.md is out of date' in message
    run_program(PROGRAM, '--root', copy)
    before = (ROOT / 'docs' / 'model_zoo.md').read_text().splitlines()
    after = (copy / 'docs' / 'model_zoo.md').read_text().splitlines()
    (changed,) = [line for line, old in zip(after, before, strict=True) if line != old]
    assert '| 97.9 |' in changed and 'vivit_b_16x2_kinetics400' in changed
    run_program(PROGRAM, '--root', copy, '--check')


def test_a_new_family_needs_its_place(copy, run_program):
    path = copy / 'docs' / 'model_zoo.md'
    path.write_text(path.read_text().replace('<!-- models of ViViT -->', ''))
    message = run_program(PROGRAM, '--root', copy, fails=True)
    assert 'docs/model_zoo.md has no markers for its table' in message and '<!-- models of ViViT -->' in message
    assert '--root' in run_program(PROGRAM, '--root', copy / 'docs', fails=True)


@pytest.mark.parametrize('model', MODELS, ids=lambda model: model['Name'])
def test_row_of_each_model(model):
    row = next(
        line for line in (ROOT / 'docs' / 'model_zoo.md').read_text().splitlines() if f'[{model["Name"]}]' in line
    )
    cells = [cell.strip() for cell in row.strip('|').split('|')]
    assert f'({"../" + model["Config"]})' in row
    name, top_1, file, *others = cells
    assert name.startswith(f'[{model["Name"]}]')
    assert model['Metadata']['Training Data'] in others
    for result in model.get('Results', ()):
        values = {key: str(value) for key, value in result['Metrics'].items()}
        assert {value for key, value in values.items() if 'Top 1' in key} <= set(re.findall(r'[\d.]+', top_1))
        assert values.get('Top 5 Accuracy', cells[1]) in cells
    assert file.endswith(f'({model["Weights"]})' if 'Weights' in model else '')
    assert ('Weights' in model) == bool(file)


def test_page_of_names_has_every_config_and_its_file():
    rows = {}
    for line in (ROOT / 'docs' / 'models.md').read_text().splitlines():
        if line.startswith('| `'):
            cells = [cell.strip() for cell in line.strip('|').split('|')]
            rows[cells[0].strip('`')] = cells[2]
    assert set(rows) == {path.stem for path in CONFIGS}
    weights = {model['Name']: model.get('Weights') for model in MODELS}
    for name, cell in rows.items():
        assert cell.endswith(f'({weights[name]})') if weights.get(name) else not cell
