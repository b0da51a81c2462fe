"""The program that converts YAML files, up to a training with the config that it writes."""

import sys

import pytest
from conftest import ROOT
from mmengine.config import Config

sys.path.insert(0, str(ROOT / 'tests' / 'pyslowfast'))

from published_files import write_file

NAME = 'motionformer_224_16x4_kinetics400'


@pytest.fixture
def path(tmp_path):
    return write_file(tmp_path, NAME)


def test_it_says_what_became_of_each_key(run_program, path, tmp_path):
    out = tmp_path / 'configs' / 'mine.py'
    printed = run_program('tools/convert_yaml.py', path, 'TRAIN.BATCH_SIZE', 8, '--out', out)
    assert 'Ignored: NUM_GPUS, NUM_SHARDS (the launcher sets it)' in printed
    assert f'inherits from {NAME}' in printed
    assert 'Not converted' not in printed
    assert Config.fromfile(out).train_dataloader.batch_size == 1


def test_strict_fails_where_a_key_is_left(run_program, path, tmp_path):
    typed = [path, 'DATA.NUM_FRAME', 3, '--out', tmp_path / 'mine.py']
    assert 'Not converted: DATA.NUM_FRAME: unknown' in run_program('tools/convert_yaml.py', *typed)
    (tmp_path / 'mine.py').unlink()
    assert 'DATA.NUM_FRAME: unknown' in run_program('tools/convert_yaml.py', *typed, '--strict', fails=True)
    assert not (tmp_path / 'mine.py').exists()
    assert 'must end in .py' in run_program('tools/convert_yaml.py', path, '--out', 'mine.yaml', fails=True)


def test_the_config_trains_and_tests(run_program, path, tiny_data, tmp_path):
    for split in ('train', 'val', 'test'):
        (tmp_path / f'{split}.csv').write_text((tiny_data / 'list.txt').read_text())
    typed = f'DATA.PATH_TO_DATA_DIR {tmp_path} DATA.PATH_PREFIX {tiny_data} MODEL.NUM_CLASSES 2 '
    typed += 'NUM_GPUS 1 NUM_SHARDS 1 '
    typed += 'TRAIN.BATCH_SIZE 2 DATA.NUM_FRAMES 4 DATA.SAMPLING_RATE 1 DATA.TRAIN_CROP_SIZE 32 DATA.TEST_CROP_SIZE 32 '
    typed += 'DATA.TRAIN_JITTER_SCALES [32,40] VIT.TEMPORAL_RESOLUTION 2 VIT.EMBED_DIM 24 VIT.DEPTH 1 VIT.NUM_HEADS 2 '
    typed += 'VIT.IM_PRETRAINED False SOLVER.MAX_EPOCH 1 TRAIN.EVAL_PERIOD 1 TRAIN.CHECKPOINT_PERIOD 1 '
    typed += 'TEST.NUM_ENSEMBLE_VIEWS 2 DATA_LOADER.NUM_WORKERS 0 SOLVER.USE_MIXED_PRECISION False '
    typed += f'OUTPUT_DIR {tmp_path}/run'
    run_program('tools/convert_yaml.py', path, *typed.split(), '--out', tmp_path / 'mine.py', '--strict')
    run_program('tools/train.py', tmp_path / 'mine.py')
    printed = run_program('tools/test.py', tmp_path / 'mine.py', tmp_path / 'run' / 'epoch_1.pth')
    assert '7 videos' in printed
