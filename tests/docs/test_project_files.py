"""What maintainers rely on: workflows and hooks call tools that exist, without secrets, on all supported versions."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / '.github' / 'workflows').glob('*.yml'))
FORMS = sorted((ROOT / '.github' / 'ISSUE_TEMPLATE').glob('*.yml'))
TARGETS = set(re.search(r'^\.PHONY: (.+)$', (ROOT / 'Makefile').read_text(), re.M)[1].split())


def load(path):
    return yaml.load(path.read_text(encoding='utf-8'), yaml.BaseLoader)  # keeps `on` and 3.10 as they are


def steps_of(workflow):
    return [step for job in workflow['jobs'].values() for step in job['steps']]


@pytest.mark.parametrize('path', WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_call_make(path):
    commands = [step['run'] for step in steps_of(load(path)) if 'run' in step]
    assert commands
    for command in commands:
        program, target, *_ = command.split()
        assert (program, target in TARGETS) == ('make', True), command


@pytest.mark.parametrize('path', WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_have_no_secrets_and_may_only_read(path):
    assert 'secrets.' not in path.read_text()
    assert load(path)['permissions'] == {'contents': 'read'}


def test_every_supported_python_is_tested():
    oldest = re.search(r'requires-python = ">=3\.(\d+)"', (ROOT / 'pyproject.toml').read_text())[1]
    (tests,) = (path for path in WORKFLOWS if path.stem == 'tests')
    versions = load(tests)['jobs']['tests']['strategy']['matrix']['python-version']
    assert versions == [f'3.{minor}' for minor in range(int(oldest), 14)]


def test_hooks_are_local_and_those_of_make_lint():
    (repository,) = load(ROOT / '.pre-commit-config.yaml')['repos']
    assert repository['repo'] == 'local'
    programs = {' '.join(hook['entry'].split()[:2]).removeprefix('.venv/bin/') for hook in repository['hooks']}
    assert programs == {'ruff check', 'ruff format', 'codespell', 'mypy'}
    lint = re.search(r'^lint:.*\n((?:\t.+\n)+)', (ROOT / 'Makefile').read_text(), re.M)[1]
    assert all(f'$(BIN)/{program}' in lint for program in programs)


@pytest.mark.parametrize('path', FORMS, ids=lambda path: path.stem)
def test_forms_are_complete(path):
    form = load(path)
    if path.stem == 'config':
        return
    assert form['name'] and form['description'] and form['labels']
    ids = [field['id'] for field in form['body'] if field['type'] != 'markdown']
    assert len(set(ids)) == len(ids) > 0
    assert all(field['attributes'].get('label') for field in form['body'] if field['type'] != 'markdown')
