"""docs/deployment.md: its examples run as they are written, on what its commands write."""

import re
import shlex

import pytest
from conftest import ROOT

from mmaction_vt.deployment import FewerTokens, count_merged

PAGE = (ROOT / 'docs' / 'deployment.md').read_text(encoding='utf-8')
EXAMPLES = re.findall(r'```python\n(.*?)```', PAGE, re.DOTALL)
COMMANDS = re.findall(r'^    python (\S+) (.*)$', PAGE, re.MULTILINE)


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """A folder that looks like the repository, with a data set of sixteen videos."""
    folder = tmp_path_factory.mktemp('page')
    for name in ('configs', 'tests'):
        (folder / name).symlink_to(ROOT / name)
    return folder


def test_the_page(folder, run_program, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    run_program('tools/data/moving_shapes.py', 'data/moving_shapes', '--train', 8, '--val', 8, '--workers', 1)
    assert len(COMMANDS) == 2 and len(EXAMPLES) == 4
    for program, options in COMMANDS:
        assert 'Wrote' in run_program(program, *shlex.split(options))
    printed, models = [], []
    for example in EXAMPLES:
        names = {}
        exec(example, names)
        printed.append(capsys.readouterr().out)
        models.append(names.get('model'))
    best, *_ = (line.split() for line in printed[0].splitlines())
    assert best[0] == 'left' and float(best[1]) > 0.9
    assert printed[1] == 'Motionformer (5, 8)\n'
    assert count_merged(models[2]) == 3 and isinstance(models[3].backbone, FewerTokens)
    config, checkpoint = (shlex.split(COMMANDS[0][1])[index] for index in (0, 1))
    video, labels = 'data/moving_shapes/val/left/000000.mp4', 'data/moving_shapes/labels.txt'
    said = run_program('demo/demo.py', config, checkpoint, video, '--label-file', labels)
    assert re.search(r'left\D+(0\.\d+|1\.0+)', said)[1] == best[1]
