import re
import runpy
import shlex
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
READMES = sorted((ROOT / 'tools' / 'data').rglob('README.md'))


def commands(path):
    text = path.read_text().replace('\\\n', ' ')
    return [shlex.split(line)[1:] for line in text.splitlines() if line.startswith('    python tools/data/')]


@pytest.mark.parametrize('path', READMES, ids=lambda path: path.parent.name)
def test_commands_are_ones_that_the_programs_take(path, monkeypatch):
    assert commands(path)
    for program, *args in commands(path):
        monkeypatch.syspath_prepend((ROOT / program).parent)
        parser = runpy.run_path(str(ROOT / program))['build_parser']()
        parser.parse_args(args)


@pytest.mark.parametrize('path', READMES, ids=lambda path: path.parent.name)
def test_links_lead_somewhere(path):
    for link in re.findall(r'\]\(([^)#]+)', path.read_text()):
        assert (path.parent / link).exists(), link


@pytest.mark.parametrize('path', READMES, ids=lambda path: path.parent.name)
def test_configs_look_where_the_lists_are(path):
    configs = ''.join(config.read_text() for config in (ROOT / 'configs').rglob('*.py'))
    configs = configs.replace("f'{data_root}/lists", "'data/muwiges/lists")
    for command in commands(path):
        for arg in command:
            if re.search(r'_list_(videos\.txt|videos\.csv|rawframes\.txt)$', arg):
                assert f"'{arg}'" in configs
    for line in re.findall(
        r'^    (data/\S+(?:_videos|_rawframes|_train|_test|_validation)\.(?:txt|csv))$', path.read_text(), re.M
    ):
        assert f"'{line}'" in configs
