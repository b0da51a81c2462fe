"""Recipes for data sets for which the authors published no settings: Kinetics-700, Jester and so on."""

from functools import cache

import cv2
import numpy as np
import pytest
import torch
import yaml
from conftest import ROOT
from mmaction.registry import DATASETS, MODELS
from mmengine.registry import init_default_scope
from reading import read
from videos import write_video

from mmaction_vt.class_names import read_class_names

DUALFORMER, TIMESFORMER = 'dualformer_small_patch244_window877_{}', 'timesformer_divST_{}_{}'
CLASSES = dict(kinetics700=700, sthv1=174, jester=27, mit=339, activitynet=200)
FRAMES = ('sthv1', 'jester')  # folders of frames
SPREAD = (*FRAMES, 'mit')  # TimeSformer's frames span the whole video
CONFIGS = {DUALFORMER.format(source): ('dualformer', source) for source in CLASSES}
CONFIGS |= {
    TIMESFORMER.format('8_224' if source in SPREAD else '8x32_224', source): ('timesformer', source)
    for source in CLASSES
}
LIST_ENDS = dict.fromkeys(FRAMES, '_list_rawframes.txt') | dict(activitynet='_list_videos.csv')

pytestmark = pytest.mark.parametrize('name', CONFIGS)


@pytest.fixture
def config(name):
    init_default_scope('mmaction')
    return read(f'{CONFIGS[name][0]}/{name}.py')


@pytest.fixture(scope='module')
def data(tmp_path_factory):
    """A video of 24 frames, a folder with 20, and a list of each kind that the configs read."""
    folder = tmp_path_factory.mktemp('data')
    write_video(folder / 'clip.mp4')
    (folder / 'clip').mkdir()
    for number in range(1, 21):
        cv2.imwrite(str(folder / 'clip' / f'{number:05}.jpg'), np.full((48, 64, 3), 10 * number, np.uint8))
    (folder / 'list_videos.txt').write_text('clip.mp4 3\n')
    (folder / 'list_videos.csv').write_text('path,start,end,label\nclip.mp4,0.2,0.6,3\n')
    (folder / 'list_rawframes.txt').write_text('clip 20 3\n')
    return folder


@pytest.mark.parametrize('part', ['train', 'val', 'test'])
def test_data_set_reads_what_the_programs_write(config, name, part, data):
    family, source = CONFIGS[name]
    settings = config[f'{part}_dataloader'].dataset
    end = LIST_ENDS.get(source, '_list_videos.txt')
    assert settings.ann_file == f'data/{source}/{source}_{"train" if part == "train" else "val"}{end}'
    (kind,) = settings.data_prefix
    assert kind == ('img' if source in FRAMES else 'video')
    assert settings.data_prefix[kind].startswith(f'data/{source}/')

    packed = DATASETS.build(dict(settings, ann_file=str(data / end[1:]), data_prefix={kind: str(data)}))[0]
    frames, clips, crops = (32, 4, 1) if family == 'dualformer' else (8, 1, 3)
    if family == 'dualformer' and source in FRAMES:
        clips, crops = 1, 3
    assert packed['inputs'].shape == (clips * crops if part == 'test' else 1, 3, frames, 224, 224)
    assert packed['data_samples'].gt_label.item() == 3


def test_left_and_right_stay_where_they_are_part_of_the_labels(config, name):
    family, source = CONFIGS[name]
    clips = config.train_pipeline[0]
    assert clips.get('flip', 0) == (0 if source in FRAMES else 0.5)
    is_spread = source in (SPREAD if family == 'timesformer' else FRAMES)
    kinds = {config[f'{part}_pipeline'][0].sampling.type == 'mmaction_vt.SampleSegments' for part in ('train', 'test')}
    assert kinds == {is_spread}
    assert config.model.data_preprocessor.get('to_rgb', False) is False  # as in the model of Kinetics-400


def test_model_starts_from_kinetics400(config, name):
    family, source = CONFIGS[name]
    first = dict(
        dualformer='dualformer_small_patch244_window877_kinetics400_1k',
        timesformer='timesformer_divST_8x32_224_kinetics400',
    )[family]
    weights = {model['Name']: model['Weights'] for model in metafile(family) if 'Weights' in model}
    if family == 'timesformer':
        assert config.load_from == weights[first]
    else:  # as the authors' own settings name it
        assert config.load_from == 'checkpoints/k400/dualformer_small_patch244_window877.pth'
    assert config.model.backbone.get('init_cfg') is None

    start = read(f'{family}/{first}.py')
    with torch.device('meta'):
        model, other = MODELS.build(config.model), MODELS.build(start.model)
    assert model.cls_head.num_classes == CLASSES[source]
    shapes = [{key: value.shape for key, value in each.backbone.state_dict().items()} for each in (model, other)]
    assert shapes[0] == shapes[1]
    assert config.model.data_preprocessor == start.model.data_preprocessor


def test_a_step_and_its_schedule(config, name):
    family, _ = CONFIGS[name]
    batch = 8 * config.train_dataloader.batch_size
    videos = batch * config.optim_wrapper.get('accumulative_counts', 1)
    assert (config.train_cfg.max_epochs, videos) == ((16, 128) if family == 'dualformer' else (15, 64))


def test_class_names_are_those_of_the_data_set(config, name):
    _, source = CONFIGS[name]
    names = read_class_names(config.class_names)
    assert config.class_names == source and len(names) == CLASSES[source]
    if source == 'kinetics700':  # tools/data/kinetics.py counts sorted names
        assert list(names) == sorted(names)


@cache
def metafile(family):
    return yaml.safe_load((ROOT / 'configs' / 'recognition' / family / 'metafile.yml').read_text())['Models']
