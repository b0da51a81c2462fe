"""What holds for every config: its chain of bases resolves, its model can be built, and its parts fit together."""

import re
from pathlib import Path

import pytest
import test_dualformer_configs as dualformer
import test_encoder_configs as encoders
import test_further_data_sets as further
import test_motionformer_configs as motionformer
import test_several_labels_configs as several
import test_timesformer_configs as timesformer
import test_vivit_configs as vivit
from conftest import ROOT
from reading import read

from mmaction_vt.apis.flops import build_without_weights
from mmaction_vt.class_names import read_class_names
from mmaction_vt.utils.config_checks import check_config, fit_loaders

CONFIGS = ROOT / 'configs'
FILES = sorted(path.relative_to(CONFIGS).as_posix() for path in CONFIGS.rglob('*.py'))
RECIPES = [name for name in FILES if name.startswith('recognition/')]
# The families' own tests build the others.
OTHERS = [name for name in RECIPES if 'quickstart' in name or name.endswith(('_frames.py', '_test.py'))]
SPLITS = ('train', 'val', 'test')
FAMILIES = {'timesformer', 'motionformer', 'vivit', 'dualformer', 'videomae', 'vjepa2'}


@pytest.mark.parametrize('name', FILES)
def test_chain_of_bases_resolves(name):
    assert len(read(CONFIGS / name))


@pytest.mark.parametrize('name', RECIPES)
def test_passes_every_check_unchanged(name):
    config, before = read(CONFIGS / name), read(CONFIGS / name)
    for use in ('train', 'test', 'model', 'labels'):
        check_config(config, use)
    fit_loaders(config)
    assert config.to_dict() == before.to_dict()


@pytest.mark.parametrize('name', OTHERS)
def test_builds(name, monkeypatch):
    monkeypatch.chdir(ROOT)  # a teacher's config is named from there
    config = read(CONFIGS / name)
    model = build_without_weights(config)
    assert {parameter.device.type for parameter in model.parameters()} == {'meta'}
    assert model.backbone.num_frames == config.test_pipeline[0].sampling.clip_len


def test_every_other_recipe_is_in_the_tables_of_its_family():
    tables = (timesformer.MODELS_BY_NAME, motionformer.MODELS_BY_NAME, dualformer.SCHEDULES, vivit.CONFIGS)
    listed = {*further.CONFIGS, *encoders.CONFIGS, *several.CONFIGS, *(name for table in tables for name in table)}
    assert listed == {Path(name).stem for name in RECIPES if name not in OTHERS}


@pytest.mark.parametrize('name', RECIPES)
def test_recipe_is_short_and_of_one_family(name):
    text = (CONFIGS / name).read_text()
    assert text.startswith('# ')
    assert len(text.splitlines()) <= 15, 'what two recipes share, and pipelines, are in configs/_base_'
    bases = re.findall(r"^(?:_base_ = |    )'(\S+\.py)',?$", text, re.M)
    own = next(family for family in FAMILIES if family in name)
    assert bases and not [base for base in bases for family in FAMILIES - {own} if family in base]


@pytest.mark.parametrize('name', RECIPES)
def test_splits(name):
    config = read(CONFIGS / name)
    for split in SPLITS:
        loader = config[f'{split}_dataloader']
        assert loader.dataset.pipeline == config[f'{split}_pipeline']  # programs read either
        assert loader.sampler.shuffle == (split == 'train')
        assert loader.dataset.get('test_mode', False) == (split != 'train')
        if split != 'train':
            counter, _ = config[f'{split}_evaluator']
            assert counter.type == 'mmaction_vt.CountBrokenVideos'
    lists = {config[f'{split}_dataloader'].dataset.ann_file for split in ('train', 'val')}
    assert len(lists) == 2
    size = {config[f'{split}_pipeline'][0].get('size') for split in ('val', 'test')}
    assert size == {config.model.backbone.get('img_size', 64 if 'quickstart' in name else 224)}


@pytest.mark.parametrize('name', RECIPES)
def test_classes(name):
    config = read(CONFIGS / name)
    datasets = [config[f'{split}_dataloader'].dataset for split in SPLITS]
    head, names = config.model.cls_head, config.get('class_names')
    if 'num_verbs' in head:
        assert {task: len(read_class_names(names[task])) for task in names} == dict(
            verb=head.num_verbs, noun=head.num_nouns
        )
        return
    assert {dataset.num_classes for dataset in datasets} == {config.num_classes} == {head.num_classes}
    assert names is None or len(read_class_names(names)) == head.num_classes


@pytest.mark.parametrize('name', [name for name in RECIPES if 'quickstart' not in name])
def test_batch_and_epochs(name):
    config = read(CONFIGS / name)
    assert config.auto_scale_lr == dict(enable=False, base_batch_size=8 * config.train_dataloader.batch_size)
    assert config.param_scheduler[-1].end == config.train_cfg.max_epochs
    if 'max_testing_views' in config.model.get('test_cfg', {}):  # mmaction2 splits the views of one video only
        assert config.test_dataloader.batch_size == 1
