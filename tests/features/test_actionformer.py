"""ActionFormer's layout, read as its data sets read it."""

import json

import numpy as np
import pytest
import torch
import yaml

from mmaction_vt.errors import InputError
from mmaction_vt.features import FeatureStore, VideoFeatures, read_index
from mmaction_vt.features.actionformer import read_annotations, write_layout

WINDOW, STRIDE, FPS = 16, 4, 25.0


def starts_of(num_frames):
    """Windows of a video, and one that ends with it."""
    starts = list(range(0, num_frames - WINDOW + 1, STRIDE))
    return starts if starts and starts[-1] + WINDOW == num_frames else [*starts, max(num_frames - WINDOW, 0)]


def write_features(folder, lengths, **options):
    options = {**dict(level='window', window=WINDOW, stride=STRIDE), **options}
    with FeatureStore(folder, options) as store:
        for name, num_frames in lengths.items():
            starts = torch.tensor(starts_of(num_frames), dtype=torch.float64)
            features = torch.stack((starts, starts * 10), 1).float()  # a row says where it starts
            times = torch.stack((starts, (starts + WINDOW).clamp(max=num_frames)), 1) / FPS
            store.add(VideoFeatures(f'/v/{name}.mp4', features, times, FPS, num_frames))
    return read_index(folder)


@pytest.fixture
def annotations(tmp_path):
    actions = [dict(label='wave', segment=[0.4, 1.2]), dict(label='clap', segment=[1.5, 2.0])]
    database = dict(first=dict(subset='validation', annotations=actions), unknown=dict(annotations=[]))
    (tmp_path / 'annotations.json').write_text(json.dumps(dict(database=database)))
    return read_annotations(tmp_path / 'annotations.json')


def test_rows_and_segments_are_on_one_grid(tmp_path, annotations):
    lengths = {'first': 61, 'second': 10}  # one with a last window off the grid, and one shorter than a window
    entries = write_features(tmp_path / 'features', lengths)
    write_layout(entries, tmp_path / 'layout', annotations)

    settings = yaml.safe_load((tmp_path / 'layout' / 'dataset.yaml').read_text())
    database = json.loads(open(settings['json_file']).read())['database']  # noqa: PTH123, SIM115
    assert (settings['file_ext'], settings['default_fps'], settings['file_prefix']) == ('.npy', None, None)
    assert (settings['feat_stride'], settings['num_frames']) == (STRIDE, WINDOW)
    assert set(database) == set(lengths)
    labels = {}
    for name, video in database.items():
        features = np.load(f'{settings["feat_folder"]}/{name}{settings["file_ext"]}')
        assert features.dtype == np.float32 and features.shape[1] == settings['input_dim']
        assert np.array_equal(features[:, 0], np.arange(len(features)) * STRIDE)
        assert video['duration'] == pytest.approx(lengths[name] / FPS) and video['fps'] == FPS
        for action in video['annotations']:
            labels[action['label']] = action['label_id']
            # Where a segment starts on the grid of rows: the row whose window's centre is there.
            row = (action['segment'][0] * video['fps'] - 0.5 * settings['num_frames']) / settings['feat_stride']
            assert row * STRIDE + WINDOW / 2 == pytest.approx(action['segment'][0] * FPS)
    assert len(starts_of(61)) == 13 and len(np.load(tmp_path / 'layout' / 'features' / 'first.npy')) == 12
    assert labels == {'clap': 0, 'wave': 1} and settings['num_classes'] == 2
    assert (database['first']['subset'], database['second']['subset']) == ('validation', 'test')


def test_numbers_of_labels_are_kept(tmp_path):
    actions = [dict(label='dive', segment=[0, 1], label_id=7)]
    entries = write_features(tmp_path / 'features', {'first': 61})
    layout = write_layout(entries, tmp_path / 'layout', dict(first=dict(annotations=actions)))
    assert layout['database']['first']['annotations'] == actions
    assert yaml.safe_load((tmp_path / 'layout' / 'dataset.yaml').read_text())['num_classes'] == 8


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(level='clip'), 'not of level clip: extract with --level window'),
        (dict(stride=None), 'needs the same window and stride'),
    ],
)
def test_other_features_are_refused(options, message, tmp_path):
    entries = write_features(tmp_path / 'features', {'first': 61}, **options)
    with pytest.raises(InputError, match=message):
        write_layout(entries, tmp_path / 'layout')


def test_two_videos_of_one_name_are_refused(tmp_path):
    entries = write_features(tmp_path / 'features', {'a/first': 61, 'b/first': 61})
    with pytest.raises(InputError, match='two videos have the name first'):
        write_layout([entries[0], entries[0]], tmp_path / 'layout')


@pytest.mark.parametrize('text', ['{}', '[]', 'text', '{"database": {"a": {"annotations": [{"segment": 1}]}}}'])
def test_other_annotations_are_refused(text, tmp_path):
    (tmp_path / 'a.json').write_text(text)
    with pytest.raises(InputError, match='is not a file of annotations: expected'):
        read_annotations(tmp_path / 'a.json')
