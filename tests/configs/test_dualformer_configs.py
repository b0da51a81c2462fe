from pathlib import Path

import pytest
import torch
from mmaction.registry import MODELS
from mmengine.dataset import Compose
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from reading import read
from videos import write_video

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / 'configs' / 'recognition' / 'dualformer'
NAME = 'dualformer_{}_patch244_window877_{}'
SIZES = dict(tiny=(512, 21.8), small=(768, 48.9), base=(1024, 86.8))  # channels and million parameters (paper)

# Videos of a GPU and backward passes of a step, learning rate, weight decay, epochs, of them warm-up, and drop path.
SCHEDULES = {
    NAME.format('tiny', 'kinetics400_1k'): (8, 1, 1e-3, 0.02, 30, 3, 0.1),
    NAME.format('small', 'kinetics400_1k'): (8, 2, 1e-3, 0.02, 30, 2.5, 0.2),
    NAME.format('base', 'kinetics400_1k'): (8, 2, 1e-3, 0.05, 30, 2.5, 0.3),
    NAME.format('base', 'kinetics600_22k'): (8, 2, 5e-4, 0.05, 30, 2.5, 0.3),
    NAME.format('small', 'diving48'): (8, 1, 1e-3, 0.02, 30, 1, 0.2),
    NAME.format('small', 'hmdb51'): (16, 4, 1e-3, 0.1, 16, 1, 0.3),
    NAME.format('small', 'ucf101'): (16, 4, 1e-3, 0.1, 16, 1, 0.3),
    NAME.format('tiny', 'ucf101'): (16, 4, 1e-3, 0.05, 16, 1, 0.2),
    NAME.format('tiny_tokenlabel', 'kinetics400_1k'): (16, 2, 1e-3, 0.02, 30, 3, 0.1),
    NAME.format('small_tokenlabel', 'kinetics400_1k'): (8, 2, 1e-3, 0.02, 30, 2.5, 0.2),
}
VALIDATIONS = dict(kinetics400=5, kinetics600=5, diving48=2, hmdb51=2, ucf101=2)  # every so many epochs
CLASSES = dict(kinetics400=400, kinetics600=600, diving48=48, hmdb51=51, ucf101=101)

pytestmark = pytest.mark.parametrize('name', SCHEDULES)


@pytest.fixture
def config(name):
    init_default_scope('mmaction')
    return read(FOLDER / f'{name}.py')


@pytest.fixture(scope='module')
def video(tmp_path_factory):
    return write_video(tmp_path_factory.mktemp('videos') / 'clip.mp4')


def data_set(name):
    return name.split('window877_')[1].split('_')[0]


def is_kinetics(name):
    return data_set(name).startswith('kinetics')


def num_frames(name):
    return 16 if name == NAME.format('tiny', 'ucf101') else 32


def test_model(config, name):
    dims, millions = SIZES[name.split('_')[1]]
    with torch.device('meta'):
        model = MODELS.build(config.model)
        scores = model.cls_head(model.backbone(torch.empty(1, 3, num_frames(name), 224, 224)))
    if 'tokenlabel' in name:
        scores, token_scores = scores
        assert token_scores.shape == (1, 16, 7, 7, 400)
    assert scores.shape == (1, CLASSES[data_set(name)])
    assert model.backbone.embed_dims[-1] == dims
    assert sum(p.numel() for p in model.backbone.parameters()) / 1e6 == pytest.approx(millions, rel=0.02)
    assert config.model.backbone.drop_path_rate == SCHEDULES[name][-1]
    assert config.model.cls_head.dropout_ratio == 0.5


@pytest.mark.parametrize('part', ['train', 'val', 'test'])
def test_pipeline(config, name, part, video):
    dataset = config[f'{part}_dataloader'].dataset
    pipeline = Compose(dataset.pipeline)
    sample = dict(filename=str(video), label=3, start_index=0, modality='RGB')
    clip = pipeline(sample)['inputs']
    views = dict(train=1, val=1 if is_kinetics(name) else 4, test=4 if is_kinetics(name) else 12)[part]
    assert clip.shape == (views, 3, num_frames(name), 224, 224)
    clips = dataset.pipeline[0]
    sampling = clips.sampling
    assert sampling.type == 'mmaction_vt.SampleFrames'
    assert sampling.frame_interval == (2 if is_kinetics(name) else 4)
    assert sampling.get('test_mode', False) == (part != 'train')
    assert clips.crop == dict(train='random_resized', val='center').get(
        part, 'center' if is_kinetics(name) else 'three'
    )
    assert clips.get('short_side') == dict(train=None, val=256, test=224)[part]


def test_pixels(config, name):
    preprocessor = config.model.data_preprocessor
    mean, std = (
        ([123.675, 116.28, 103.53], [58.395, 57.12, 57.375]) if is_kinetics(name) else ([104, 117, 128], [1] * 3)
    )
    assert (preprocessor.mean, preprocessor.std) == (mean, std)


def test_schedule(config, name):
    batch, passes, rate, decay, epochs, warm_up, _ = SCHEDULES[name]
    assert config.train_dataloader.batch_size == batch
    assert config.optim_wrapper.get('accumulative_counts', 1) == passes
    optimizer = config.optim_wrapper.optimizer
    assert (optimizer.type, optimizer.lr, optimizer.weight_decay) == ('AdamW', rate, decay)
    assert optimizer.betas == (0.9, 0.999)
    assert (config.train_cfg.max_epochs, config.train_cfg.val_interval) == (epochs, VALIDATIONS[data_set(name)])
    first, second = config.param_scheduler
    assert (first.type, first.begin, first.end) == ('LinearLR', 0, warm_up)
    assert (second.type, second.T_max, second.end, second.eta_min) == ('CosineAnnealingLR', epochs, epochs, 0)
    assert config.model.test_cfg.max_testing_views == 4


def test_rates_and_decay_of_each_parameter(config, name):
    with torch.device('meta'):
        model = MODELS.build(config.model)
    optim = build_optim_wrapper(model, config.optim_wrapper)
    rate, decay = SCHEDULES[name][2:4]
    groups = {id(p): group for group in optim.param_groups for p in group['params']}
    for key, parameter in model.named_parameters():
        group = groups[id(parameter)]
        assert group['lr'] == pytest.approx(rate * (0.1 if key.startswith('backbone.') else 1))
        assert group['weight_decay'] == (0 if 'norm' in key or 'pos_block' in key else decay)


def test_start(config, name):
    if is_kinetics(name):
        assert config.model.backbone.init_cfg.type == 'mmaction_vt.FromImageModel'
        size = name.split('_')[1] + ('_22k' if name.endswith('22k') else '')
        assert config.model.backbone.init_cfg.checkpoint == f'checkpoints/pretrained_2d/dualformer_{size}.pth'
        assert config.load_from is None
    else:
        size = name.split('_')[1]
        assert config.load_from == f'checkpoints/k400/dualformer_{size}_patch244_window877.pth'
        assert 'init_cfg' not in config.model.backbone


def test_teacher(config, name):
    if 'tokenlabel' not in name:
        assert config.model.type == 'Recognizer3D'
        return
    loss = MODELS.build(config.model.cls_head).loss_cls
    assert (loss.gamma, loss.num_top, loss.clean) == (0.5, 5, False)
    teacher = read(ROOT / config.model.teacher.config)
    assert teacher.model.cls_head.num_classes == config.model.cls_head.num_classes
    assert config.model.teacher.checkpoint == 'checkpoints/k400/dualformer_base_patch244_window877.pth'


def test_lists(config, name):
    source = data_set(name)
    for part in ('train', 'val', 'test'):
        dataset = config[f'{part}_dataloader'].dataset
        split = 'train' if part == 'train' else 'val'
        middle = '_split_1' if source in ('ucf101', 'hmdb51') else '_list'
        assert dataset.ann_file == f'data/{source}/{source}_{split}{middle}_videos.txt'
        assert dataset.data_prefix.video.startswith(f'data/{source}/videos')
