"""The wheel: what is in it, and that it works by itself in another folder."""

import os
import subprocess
import sys
import zipfile

from conftest import ROOT


def test_carries_configs_and_programs(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ('configs', 'tools', 'demo'):
        for path in (ROOT / folder).rglob('*'):
            if path.is_file() and '__pycache__' not in path.parts:
                assert f'mmaction_vt/.mim/{path.relative_to(ROOT).as_posix()}' in names
    for path in (ROOT / 'mmaction_vt').rglob('*.py'):
        if '.mim' not in path.parts:
            assert path.relative_to(ROOT).as_posix() in names
    assert {
        'mmaction_vt/.mim/model-index.yml',
        'mmaction_vt/class_names/kinetics400.txt',
        'mmaction_vt/py.typed',
    } <= names
    assert not any(name.startswith('tests') for name in names)


def test_works_in_another_folder(wheel, parity, tmp_path):
    site, elsewhere = tmp_path / 'site', tmp_path / 'elsewhere'
    zipfile.ZipFile(wheel).extractall(site)
    elsewhere.mkdir()
    program = site / 'mmaction_vt' / '.mim' / 'tools' / 'convert_checkpoint.py'
    checkpoint = parity('timesformer_divided_space_time').checkpoint
    env = {**os.environ, 'PYTHONPATH': str(site)}
    command = [sys.executable, str(program), str(checkpoint), 'ours.pth']
    subprocess.run(command, cwd=elsewhere, env=env, check=True, capture_output=True)
    assert (elsewhere / 'ours.pth').exists()
    code = (
        'import mmaction_vt; from mmengine.config import Config; from pathlib import Path;'
        f'assert mmaction_vt.__file__.startswith({str(site)!r});'
        "path = Path(mmaction_vt.__file__).parent / '.mim/configs/recognition/timesformer/"
        "timesformer_divST_8x32_224_kinetics400.py';"
        "assert Config.fromfile(path).model.backbone.type == 'mmaction_vt.TimeSformer'"
    )
    subprocess.run(
        [sys.executable, '-W', 'ignore', '-c', code], cwd=elsewhere, env=env, check=True, capture_output=True
    )
