"""Token labels that were stored are those that the teacher gives, and training takes them."""

import json

import numpy as np
import pytest
import torch
from mmaction.registry import DATASETS
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.registry import init_default_scope
from tiny_models import preprocessor, recognizer
from videos import write_frames

from mmaction_vt import init_recognizer
from mmaction_vt.datasets.token_label_store import TokenLabelStore
from mmaction_vt.engine.runner.stored_labels import train_from_store
from mmaction_vt.errors import InputError
from mmaction_vt.registry import MODELS

CONFIG = """
_base_ = {base!r}
model = dict(_delete_=True, **{model!r})
train_pipeline = [
    dict(type='mmaction_vt.DecordInit'),
    dict(type='SampleFrames', clip_len=4, frame_interval=1),
    dict(type='mmaction_vt.DecordDecode'),
    dict(type='RandomResizedCrop', area_range=(0.3, 1.0)),
    dict(type='Resize', scale=(32, 32), keep_ratio=False),
    dict(type='Flip', flip_ratio=0.5),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs')]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline, ann_file={data!r} + '/list.txt',
                                     data_prefix=dict(video={data!r})))
"""
VIEWS = 3
BLENDING = ('type=MixupBlending', 'num_classes=2')


@pytest.fixture(scope='module')
def data(tmp_path_factory):
    """Seven videos in which every frame and every place looks different."""
    folder = tmp_path_factory.mktemp('patterns')
    rng = np.random.default_rng(0)
    for index in range(7):
        blocks = rng.integers(0, 255, (8, 4, 4, 3), np.uint8)
        write_frames(folder / f'{index}.mp4', blocks.repeat(8, 1).repeat(8, 2))
    (folder / 'list.txt').write_text(''.join(f'{index}.mp4 {index % 2}\n' for index in range(7)))
    return folder


@pytest.fixture
def config(tiny_config, data, tmp_path):
    """Path of a config that trains a small DualFormer with the token labels of another."""
    teacher = dict(model=recognizer(2))
    torch.manual_seed(3)
    model = init_recognizer(teacher)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    torch.save({'state_dict': model.state_dict()}, tmp_path / 'teacher.pth')
    Config(teacher).dump(tmp_path / 'teacher.py')
    head = dict(type='mmaction_vt.TokenLabelHead', num_classes=2, in_channels=16, topk=1)
    student = dict(recognizer(2, head=head), type='mmaction_vt.TokenLabelRecognizer3D')
    student['data_preprocessor'] = preprocessor(mean=[100.0] * 3)
    student['teacher'] = dict(config=str(tmp_path / 'teacher.py'), checkpoint=str(tmp_path / 'teacher.pth'))
    path = tmp_path / 'student.py'
    path.write_text(CONFIG.format(base=str(tiny_config), model=student, data=str(data)))
    return path


@pytest.fixture
def store(config, run_program, tmp_path):
    out = run_program('tools/data/token_labels.py', config, tmp_path / 'store', '--views', VIEWS, '--batch-size', 4)
    assert '3 views of each of 7 videos' in out
    return tmp_path / 'store'


def test_are_those_of_the_teacher_for_the_clips_that_training_sees(config, store):
    init_default_scope('mmaction')
    settings = Config.fromfile(config)
    train_from_store(settings, store)
    assert settings.model.teacher is None
    dataset = DATASETS.build(settings.train_dataloader.dataset)
    with_teacher = MODELS.build(Config.fromfile(config).model).eval()
    without = MODELS.build(settings.model).eval()
    without.load_state_dict(with_teacher.state_dict())
    np.random.seed(0)
    seen = set()
    for _ in range(4):
        batch = with_teacher.data_preprocessor(pseudo_collate([dataset[index] for index in range(7)]))
        seen.add(float(batch['inputs'].sum()))
        stored = without.loss(**batch)
        for sample in batch['data_samples']:
            del sample.token_values, sample.token_indices
        asked = with_teacher.loss(**batch)
        torch.testing.assert_close(stored['loss_token'], asked['loss_token'], rtol=1e-3, atol=0)
        assert torch.equal(stored['loss_cls'], asked['loss_cls'])
    assert len(seen) == 4  # other views


def test_training_takes_them(config, store, run_program, tmp_path):
    run_program('tools/train.py', config, '--token-labels', store, '--work-dir', tmp_path / 'out', '--no-validate')
    assert not [key for key in torch.load(tmp_path / 'out' / 'epoch_2.pth')['state_dict'] if 'teacher' in key]


def test_training_asks_the_teacher_without_a_store(config, run_program, tmp_path):
    run_program('tools/train.py', config, '--work-dir', tmp_path / 'out', '--no-validate')
    assert (tmp_path / 'out' / 'epoch_2.pth').exists()


def test_an_interrupted_run_goes_on(config, store, run_program):
    wanted = [np.array(values) for values in TokenLabelStore(store).arrays()]
    maps = TokenLabelStore(store).arrays()
    maps[0][4:9], maps[1][4:9], maps[2][4:9] = 0, 0, 0
    maps[0][0] = 9  # what is done is left alone
    del maps
    message = run_program('tools/train.py', config, '--token-labels', store, fails=True)
    assert '5 of 21 token maps are missing' in message
    for part in (0, 1):
        options = ['--views', VIEWS, '--shard', f'{part}/2', '--batch-size', 2]
        run_program('tools/data/token_labels.py', config, store, *options)
    values, classes, done = TokenLabelStore(store).arrays()
    assert (values[0] == 9).all() and done.all()
    np.testing.assert_allclose(values[1:], wanted[0][1:], rtol=2e-3, atol=2e-3)
    np.testing.assert_array_equal(classes, wanted[1])


def test_refuses_labels_of_something_else(config, store, run_program, data, tiny_config, tmp_path):
    message = run_program('tools/data/token_labels.py', config, store, '--views', 2, fails=True)
    assert 'differ from this config in num_views' in message and str(store) in message
    (tmp_path / 'list.txt').write_text('\n'.join((data / 'list.txt').read_text().splitlines()[1:]))
    others = f'train_dataloader.dataset.ann_file={tmp_path}/list.txt'
    message = run_program('tools/train.py', config, '--token-labels', store, '--cfg-options', others, fails=True)
    assert 'in num_samples, data' in message
    other_clips = 'train_dataloader.dataset.pipeline.1.frame_interval=2'
    message = run_program('tools/train.py', config, '--token-labels', store, '--cfg-options', other_clips, fails=True)
    assert 'in pipeline' in message
    about = json.loads((store / 'store.json').read_text())
    (store / 'store.json').write_text(json.dumps({**about, 'format': 0}))
    with pytest.raises(InputError, match='another format'):
        TokenLabelStore(store)
    for options, text in (
        (['--shard', '2/2'], 'I from 0 to N - 1'),
        (['--views', 0], '--views must be at least 1'),
        (['--cfg-options', 'model.teacher=None'], 'needs a teacher'),
        (['--cfg-options', *(f'model.data_preprocessor.blending.{key}' for key in BLENDING)], 'mixes'),
    ):
        assert text in run_program('tools/data/token_labels.py', config, tmp_path / 'other', *options, fails=True)
    message = run_program('tools/data/token_labels.py', tiny_config, tmp_path / 'other', fails=True)
    assert 'need a model of type mmaction_vt.TokenLabelRecognizer3D' in message
    message = run_program('tools/train.py', config, '--token-labels', tmp_path / 'nowhere', fails=True)
    assert 'tools/data/token_labels.py computes them' in message
