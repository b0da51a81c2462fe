"""Options of mmaction 0.x's programs, as people type them."""

import os
from argparse import ArgumentParser

import pytest
from mmengine.config import Config

from mmaction_vt.cli import add_config_options
from mmaction_vt.errors import InputError
from mmaction_vt.legacy import add_legacy_options
from mmaction_vt.legacy.program_options import BY_PROGRAM, TITLE


def parse(program, *typed):
    parser = ArgumentParser()
    add_config_options(parser)
    for name in ('--resume', '--out'):
        parser.add_argument(name)
    parser.add_argument('--label-file', action='append')
    add_legacy_options(parser, program)
    return parser.parse_args(typed)


def test_training(capsys):
    args = parse('train', '--validate', '--resume-from', 'a.pth', '--gpus', '1', '--diff-seed', '--local_rank', '0')
    assert args.resume == 'a.pth'
    assert args.cfg_options == {'randomness.diff_rank_seed': True}
    notes = capsys.readouterr().err.splitlines()
    assert 'validation is on by default' in notes[0]
    assert '--resume a.pth' in notes[1]
    assert len(notes) == 4


@pytest.mark.parametrize(
    'typed',
    [
        ('--average-clips', 'prob', '--cfg-options', 'work_dir=here'),
        ('--cfg-options', 'work_dir=here', '--average-clips', 'prob'),
    ],
)
def test_average_clips_is_a_setting_beside_others(typed):
    assert parse('test', *typed).cfg_options == {'model.cls_head.average_clips': 'prob', 'work_dir': 'here'}


def test_only_what_can_be_averaged_is_taken(capsys):
    with pytest.raises(SystemExit):
        parse('test', '--average-clips', 'none')
    message = capsys.readouterr().err
    assert 'prob' in message and 'score' in message


def test_a_gpu_is_named(monkeypatch):
    monkeypatch.setenv('CUDA_VISIBLE_DEVICES', '')
    parse('train', '--gpu-ids', '2')
    assert os.environ['CUDA_VISIBLE_DEVICES'] == '2'
    with pytest.raises(InputError, match=r'--gpu-ids 0 1: a process .*dist_train\.sh'):
        parse('train', '--gpu-ids', '0', '1')
    with pytest.raises(InputError, match='--gpus 8'):
        parse('test', '--gpus', '8')


@pytest.mark.parametrize(
    ('program', 'typed', 'nearest'),
    [
        ('train', ['--test-best'], 'tools/test.py'),
        ('test', ['--eval-options', 'a=1'], 'test_evaluator'),
        ('test', ['--onnx'], 'export.py'),
        ('demo', ['--use-frames'], 'demo_gradcam.py'),
    ],
)
def test_what_has_no_counterpart_names_the_nearest(program, typed, nearest):
    with pytest.raises(InputError, match=f'{typed[0]} has no counterpart here: .*{nearest}'):
        parse(program, *typed)


def test_a_label_file_by_its_place():
    assert parse('demo', 'names.txt').label_file == ['names.txt']
    assert parse('demo').label_file is None


@pytest.mark.parametrize('program', BY_PROGRAM)
def test_they_stand_apart_in_the_help(program):
    parser = ArgumentParser()
    add_legacy_options(parser, program)
    text = parser.format_help()
    assert TITLE in text
    for entry in BY_PROGRAM[program]:
        assert (entry.flags[0] in text) == bool(entry.says)


def test_the_programs_take_them(run_program, tiny_config, tmp_path):
    fast = ['--cfg-options', 'train_cfg.max_epochs=1', 'data.workers_per_gpu=0', 'model.backbone.use_checkpoint=True']
    run_program('tools/train.py', tiny_config, '--validate', '--seed', 0, *fast)
    checkpoint = tmp_path / 'work_dir' / 'epoch_1.pth'
    saved = Config.fromfile(tmp_path / 'work_dir' / 'tiny.py')
    assert saved.model.backbone.with_cp is True
    run_program('tools/train.py', tiny_config, '--resume-from', checkpoint, '--cfg-options', 'total_epochs=2')
    assert (tmp_path / 'work_dir' / 'epoch_2.pth').is_file()
    out = tmp_path / 'out.pkl'
    run_program('tools/test.py', tiny_config, checkpoint, '--average-clips', 'score', '--dump', out)
    assert out.is_file()
    assert Config.fromfile(tmp_path / 'work_dir' / 'tiny.py').model.cls_head.average_clips == 'score'
    message = run_program('tools/train.py', tiny_config, '--test-last', fails=True)
    assert 'tools/test.py tests a checkpoint' in message
