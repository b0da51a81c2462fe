"""The quickstart's configs train, test and draw on a small data set of their kind."""

import json
import runpy
import sys

import pytest
import torch
from conftest import ROOT
from mmengine.config import Config

from mmaction_vt import init_recognizer

sys.path.insert(0, str(ROOT / 'tools' / 'data'))  # moving_shapes.py imports its neighbours

FOLDER = ROOT / 'configs' / 'recognition' / 'quickstart'


@pytest.fixture(scope='module')
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp('moving_shapes') / 'data'
    moving_shapes = runpy.run_path(str(ROOT / 'tools' / 'data' / 'moving_shapes.py'))
    moving_shapes['make_dataset'](folder, train=16, val=8, size=64, frames=16, seed=0, workers=1)
    return folder


# One of each kind; the others, which differ in a setting or two, are slow tests.
KINDS = (
    'dualformer_moving_shapes.py',
    'dualformer_tokenlabel_moving_shapes.py',
    'motionformer_moving_shapes.py',
    'timesformer_divST_moving_shapes.py',
)
NAMES = [
    pytest.param(path.name, marks=() if path.name in KINDS else pytest.mark.slow)
    for path in sorted(FOLDER.glob('*.py'))
]


@pytest.mark.parametrize('name', NAMES)
def test_trains_tests_and_draws(name, data, run_program, tmp_path):
    options = ['--cfg-options', 'train_cfg.max_epochs=1', 'param_scheduler=None']
    for part, split in (('train', 'train'), ('val', 'val'), ('test', 'val')):
        loader = f'{part}_dataloader'
        options += [f'{loader}.num_workers=0', f'{loader}.persistent_workers=False', f'{loader}.batch_size=8']
        options += [f'{loader}.dataset.ann_file={data}/{split}.txt', f'{loader}.dataset.data_prefix.video={data}']
    config, work_dir = FOLDER / name, tmp_path / 'work_dir'
    settings = Config.fromfile(config)
    assert settings.test_pipeline == settings.test_dataloader.dataset.pipeline  # the demos read the first
    teacher = settings.model.get('teacher')
    if teacher:
        torch.save({'state_dict': init_recognizer(ROOT / teacher.config).state_dict()}, tmp_path / 'teacher.pth')
        options += [f'model.teacher.config={ROOT / teacher.config}', f'model.teacher.checkpoint={tmp_path}/teacher.pth']
    if name.endswith('_from_images.py'):
        run_program('tools/still_shapes.py', tmp_path / 'vit.pth', '--clips', 8, '--epochs', 1, '--workers', 1)
        options.append(f'model.backbone.init_cfg.1.checkpoint={tmp_path}/vit.pth')
    run_program('tools/train.py', config, '--work-dir', work_dir, *options)
    checkpoint, report = work_dir / 'epoch_1.pth', tmp_path / 'report.json'
    run_program('tools/test.py', config, checkpoint, '--work-dir', work_dir, '--out', report, *options)
    assert len(json.loads(report.read_text())['videos']) == 8
    draw = ('tools/analysis/draw_gallery.py', report, tmp_path / 'out.gif')
    if settings.test_dataloader.dataset.get('multi_class'):
        assert 'has several labels per video' in run_program(*draw, fails=True)
        return
    if settings.num_classes == 8:
        run_program(*draw, '--label-file', data / 'labels.txt')
    else:
        assert 'got 8 class names, expected 15' in run_program(*draw, '--label-file', data / 'labels.txt', fails=True)
        run_program(*draw)
    assert (tmp_path / 'out.gif').exists()
    message = run_program('tools/analysis/draw_gallery.py', data / 'val.txt', tmp_path / 'none.gif', fails=True)
    assert 'val.txt is not a report' in message
