"""Models and class names by name."""

from pathlib import Path

import pytest
from mmengine.config import Config

import mmaction_vt
from mmaction_vt import create_model, init_recognizer, list_models
from mmaction_vt.apis.model import class_names_of
from mmaction_vt.class_names import list_class_names, name_classes, read_class_names, resolve_class_names
from mmaction_vt.errors import InputError
from mmaction_vt.utils.config import load_config
from mmaction_vt.zoo import config_paths, published_file, published_files

ROOT = Path(__file__).parents[1]
# Their authors publish no names.
WITHOUT_NAMES = ('howto100m', 'muwiges')


def test_every_config_is_a_model():
    stems = sorted(path.stem for path in (ROOT / 'configs' / 'recognition').glob('*/*.py'))
    assert list_models() == stems and len(set(stems)) == len(stems)
    assert all(name.startswith('motionformer') for name in list_models('Motionformer*'))
    assert 'motionformer_224_16x4_kinetics400' in list_models('motionformer*')
    assert list_models('nothing*') == []
    assert {'dualformer_tiny_patch244_window877_kinetics400_1k'} == set(
        list_models('dualformer_tiny*kinetics400*', published=True)
    )


def test_models_that_the_metafiles_publish_are_configs():
    files = published_files()
    assert set(files) <= set(config_paths()) and len(files) > 35
    timesformer = published_file('timesformer_divST_8x32_224_kinetics400')
    assert timesformer.address.endswith('TimeSformer_divST_8x32_224_K400.pyth?dl=1')
    assert 'github.com/facebookresearch/TimeSformer' in timesformer.page and timesformer.licence == 'CC-BY-NC 4.0'
    with pytest.raises(InputError, match='no weights are published for timesformer_jointST'):
        published_file('timesformer_jointST_8x32_224_kinetics400')


@pytest.mark.parametrize(
    ('name', 'model'),
    [
        ('motionformer_224_16x4_ssv2_frames', 'motionformer_224_16x4_ssv2'),
        ('timesformer_divST_8_224_ssv2_frames', 'timesformer_divST_8_224_ssv2'),
        ('motionformer_224_16x4_epickitchens_frames', 'motionformer_224_16x4_epickitchens'),
        ('motionformer_224_16x4_epickitchens_test', 'motionformer_224_16x4_epickitchens'),
    ],
)
def test_other_data_are_read_by_the_same_weights(name, model):
    assert published_file(name) == published_file(model)
    assert load_config(name).model == load_config(model).model


@pytest.mark.parametrize(
    ('given', 'answer'),
    [
        ('timesformer_divst_8x32_224_kinetic400', 'did you mean timesformer_divST_8x32_224_kinetics400'),
        ('configs/recognition/vivit/vivit_b_16x2_kinetics.py', 'did you mean .*vivit_b_16x2_kinetics400'),
        ('resnet', 'list_models'),
        ('', 'list_models'),
    ],
)
def test_a_name_that_is_none(given, answer):
    with pytest.raises(InputError, match=answer):
        load_config(given)


def test_a_name_stands_for_its_config(tmp_path, monkeypatch):
    name = 'vivit_b_16x2_fe_kinetics400'
    expected = Config.fromfile(ROOT / 'configs' / 'recognition' / 'vivit' / f'{name}.py')
    monkeypatch.chdir(tmp_path)
    assert load_config(name).to_dict() == expected.to_dict()
    (tmp_path / name).write_text('model = dict()\n')  # a file that is there comes first
    with pytest.raises(InputError):
        load_config(name)


def test_published_needs_a_model_that_has_a_name():
    with pytest.raises(InputError, match='published weights need the name of a model'):
        init_recognizer(load_config('vivit_moving_shapes').to_dict(), 'published')
    with pytest.raises(InputError, match='no weights are published for vivit_moving_shapes'):
        create_model('vivit_moving_shapes', 'published')


@pytest.mark.parametrize('name', list_models())
def test_every_config_names_its_classes(name):
    config = load_config(name)
    head, names = config.model.cls_head, resolve_class_names(config.get('class_names'))
    counts = {'verb': head.num_verbs, 'noun': head.num_nouns} if 'num_verbs' in head else {'class': head.num_classes}
    if any(part in name for part in WITHOUT_NAMES):
        assert names is None
    else:
        assert {task: len(values) for task, values in names.items()} == counts


@pytest.mark.parametrize('name', list_class_names())
def test_class_names_are_whole(name):
    names = read_class_names(name)
    assert len(set(names)) == len(names) and all(each == each.strip() and each for each in names)


def test_orders_of_published_weights():
    kinetics, benchmark = read_class_names('kinetics600'), read_class_names('kinetics600_vtb')
    assert list(kinetics) == sorted(kinetics) and set(kinetics) == set(benchmark)
    assert benchmark[:3] == ('arguing', 'throwing ball (not baseball or American football)', 'falling off chair')
    assert load_config('timesformer_divST_8x32_224_kinetics600_vtb').class_names == 'kinetics600_vtb'
    assert read_class_names('epic_kitchens_verbs')[:3] == ('take', 'put', 'wash')
    assert read_class_names('epic_kitchens_nouns')[299] == 'extract:vanilla'
    assert read_class_names('jester')[0] == 'Swiping Left'


def test_shared_lists_are_the_packages():
    shared = ROOT.parent / 'shared' / 'labels'
    if not shared.is_dir():
        pytest.skip('the lists are not beside this checkout')
    for theirs, ours in dict(k400='kinetics400', sthv2='sthv2', mit='mit', activitynet='activitynet').items():
        assert tuple((shared / f'{theirs}.txt').read_text().splitlines()) == read_class_names(ours)


def test_names_that_are_none():
    for names, answer in (
        ('kinetics40', 'did you mean kinetics400'),
        ('../zoo', 'choose from'),
        ([1, 2], 'or a list of names'),
        (3, 'or a list of names'),
    ):
        with pytest.raises(InputError, match=answer):
            resolve_class_names(names)
    with pytest.raises(InputError, match='got 2 noun names, expected 3'):
        name_classes([['a'], ['b', 'c']], dict(verb=1, noun=3))
    with pytest.raises(InputError, match='1 lists of class names'):
        name_classes(['a'], dict(verb=1, noun=3))


def test_names_of_other_classes_are_not_shown(caplog):
    config = load_config('vivit_moving_shapes')
    config.model.cls_head.num_classes = 3
    model = init_recognizer(config)
    assert class_names_of(config, model) is None
    assert 'has 8 names, and the model has 3 classes: no names are shown' in caplog.text


def test_the_interface_has_them():
    assert {'create_model', 'list_models'} <= set(mmaction_vt.__all__)
