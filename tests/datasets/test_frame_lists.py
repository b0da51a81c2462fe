"""PySlowFast's frame lists: their rows as samples, and samples as the frames that the authors' code takes."""

import json
from itertools import pairwise

import cv2
import numpy as np
import pytest
from mmengine.dataset import Compose
from mmengine.registry import init_default_scope

from mmaction_vt.datasets import VideoDataset
from mmaction_vt.datasets.frame_lists import FrameFiles
from mmaction_vt.errors import BrokenVideoError, InputError

HEADER = 'original_vido_id video_id frame_id path labels'
CLASSES = {'Holding something next to something': '1', 'Pushing something so it spins': '0'}
TRAIN = [
    {'id': '2', 'template': 'Pushing [something] so it spins'},
    {'id': '78687', 'template': 'Holding [something] next to [something]'},
    {'id': '4', 'template': 'Holding [something] next to [something]'},
]


def rows(video, paths, label='""', index=0):
    return [f'{video} {index} {number} {path} {label}' for number, path in enumerate(paths)]


def numbered(video, count, first=1):
    return [f'{video}/{video}_{first + number:06}.jpg' for number in range(count)]


@pytest.fixture
def build(tmp_path):
    def build(*lines, labels=False, header=HEADER, **options):
        (tmp_path / 'train.csv').write_text('\n'.join([header, *lines]) + '\n', encoding='utf-8')
        if labels:
            (tmp_path / 'split.json').write_text(json.dumps(TRAIN))
            (tmp_path / 'classes.json').write_text(json.dumps(CLASSES))
            options['label_files'] = ('split.json', 'classes.json')
        options = dict(dict(pipeline=[], data_prefix=dict(img='frames'), serialize_data=False), **options)
        return VideoDataset('train.csv', data_root=str(tmp_path), **options)

    return build


def test_rows_of_a_video_are_one_sample(build, tmp_path):
    lines = rows('78687', numbered('78687', 3)) + rows('2', numbered('2', 120), index=1)
    dataset = build(*lines, labels=True, num_classes=2)
    assert [dataset.get_data_info(index)['label'] for index in range(len(dataset))] == [1, 0]
    info = dataset.get_data_info(0)
    folder = str(tmp_path / 'frames' / '78687')
    assert (info['frame_dir'], info['filename_tmpl']) == (folder, '78687_{:06}.jpg')
    assert (info['start_index'], info['total_frames']) == (1, 3)
    assert dataset.get_data_info(1)['total_frames'] == 120
    assert dataset.get_data_info(0) == info  # reading does not change it


@pytest.mark.parametrize('quote', ['', '"', '"""'])
@pytest.mark.parametrize(
    'header', [HEADER, '\ufeff' + HEADER, HEADER.replace('vido', 'video'), HEADER.replace(' ', '\t')]
)
def test_labels_of_the_list_itself(build, quote, header):
    lines = rows('a', numbered('a', 2), f'{quote}5{quote}') + rows('b', numbered('b', 2), f'{quote}0{quote}')
    dataset = build(*lines, header=header)
    assert [dataset.get_data_info(index)['label'] for index in range(2)] == [5, 0]


def test_rows_of_two_videos_may_alternate(build):
    lines = [
        row for pair in zip(rows('a', numbered('a', 4), 1), rows('b', numbered('b', 4), 2), strict=True) for row in pair
    ]
    dataset = build(*lines)
    assert [(dataset.get_data_info(i)['total_frames'], dataset.get_data_info(i)['label']) for i in (0, 1)] == [
        (4, 1),
        (4, 2),
    ]


@pytest.mark.parametrize(
    ('paths', 'template', 'first'),
    [
        (['v/8.png', 'v/9.png', 'v/10.png'], '{:01}.png', 8),
        (['v/0099.jpg', 'v/0100.jpg'], '{:04}.jpg', 99),
        (['v/a{b}_00000.jpg', 'v/a{b}_00001.jpg'], 'a{{b}}_{:05}.jpg', 0),
        (['my v/1.5_01.jpeg', 'my v/1.5_02.jpeg'], '1.5_{:02}.jpeg', 1),
        (['01.jpg', '02.jpg'], '{:02}.jpg', 1),
    ],
)
def test_file_names_that_count(build, tmp_path, paths, template, first):
    info = build(*rows('v', paths, 3)).get_data_info(0)
    assert (info['filename_tmpl'], info['start_index'], info['total_frames']) == (template, first, len(paths))
    made = [f'{info["frame_dir"].rstrip("/")}/{template.format(first + number)}' for number in range(len(paths))]
    assert made == [str(tmp_path / 'frames' / path) for path in paths]
    assert 'frame_paths' not in info


@pytest.mark.parametrize(
    'names',
    [
        ['1', '2', '4', '5'],
        ['2', '1', '3'],
        ['1', '1'],
        ['09', '010'],
        ['a', 'b', 'c'],
        ['1', '2', 'end'],
        ['x', '1', '2'],
        ['000001', '2'],
    ],
)
def test_other_file_names_are_kept_one_by_one(build, tmp_path, names):
    paths = [f'v/{name}.jpg' for name in names]
    info = build(*rows('v', paths, 3)).get_data_info(0)
    assert info['frame_paths'] == [str(tmp_path / 'frames' / path) for path in paths]
    assert (info['start_index'], info['total_frames']) == (0, len(paths))
    assert info['frame_dir'] == str(tmp_path / 'frames' / 'v')


def test_frames_that_count_are_held_as_a_pattern():
    files = FrameFiles('v/v_000001.jpg', '')
    for path in numbered('v', 1000)[1:]:
        files.add(path)
    assert files.paths is None and files.count == 1000


def grey(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((48, 64, 3), value, np.uint8))


def authors_frames(length, count):
    """Places of the frames in testing, from TimeSformer's and Motionformer's formula."""
    segment = (length - 1) / count
    ends = [round(segment * index) for index in range(count + 1)]  # Python and numpy round halves alike
    return [(first + last) // 2 for first, last in pairwise(ends)]


@pytest.mark.parametrize('length', [3, 8, 37, 60])
@pytest.mark.parametrize('regular', [True, False])
def test_the_frames_of_a_test_are_the_authors(build, tmp_path, length, regular):
    init_default_scope('mmaction')
    names = [f'{index + 1:03}' for index in range(length)]
    if not regular:
        names = [f'{name}{"ab"[index % 2]}' for index, name in enumerate(names)]
    for index, name in enumerate(names):
        grey(tmp_path / 'frames' / 'v' / f'{name}.png', 4 * index)
    sampling = dict(type='mmaction_vt.SampleSegments', clip_len=8, test_mode=True)
    clips = dict(type='mmaction_vt.VideoToClips', sampling=sampling, crop='three', short_side=32, size=32)
    dataset = build(
        *rows('v', [f'v/{name}.png' for name in names], 1),
        pipeline=[clips, dict(type='PackActionInputs')],
        test_mode=True,
    )
    packed = dataset[0]
    assert packed['inputs'].shape == (3, 3, 8, 32, 32) and packed['data_samples'].gt_label.tolist() == [1]
    seen = packed['inputs'].float().mean((1, 3, 4)) / 4
    assert seen.tolist() == 3 * [authors_frames(length, 8)]


def test_a_frame_that_is_not_there(build, tmp_path):
    sampling = dict(type='mmaction_vt.SampleSegments', clip_len=1, test_mode=True)  # the middle one
    clips = dict(type='mmaction_vt.VideoToClips', sampling=sampling, size=32)
    grey(tmp_path / 'frames' / 'v' / 'a.png', 1)
    info = build(*rows('v', ['v/a.png', 'v/b.png', 'v/a.png'], 1)).get_data_info(0)
    with pytest.raises(BrokenVideoError, match=r'the frame .*b\.png does not exist'):
        Compose([clips])(info)


@pytest.mark.parametrize(
    ('lines', 'options', 'words'),
    [
        ([], {}, 'is empty: it has no row after its header'),
        (['a 0 0 a/1.jpg'], {}, f"line 2: a frame list has the columns {HEADER}, not 'a 0 0 a/1.jpg'"),
        (rows('a', ['a/1.jpg']), {}, 'video a: no label; set label_files'),
        (rows('a', ['a/1.jpg']), dict(labels=True), 'video a: no label; set label_files'),
        (rows('a', ['a/1.jpg'], '"x"'), {}, "video a: the label 'x' is not an integer"),
        (rows('a', ['a/1.jpg'], '"1,2"'), {}, "video a: the label '1,2' is not an integer"),
        (
            rows('a', ['a/1.jpg'], '7'),
            dict(num_classes=7),
            'video a: the label 7 is not allowed; labels run from 0 to 6',
        ),
        (
            rows('a', ['a/1.jpg'], '1') + rows('a', ['a/2.jpg'], '2'),
            {},
            "line 3: the video a has the label '2' here and '1' in earlier rows",
        ),
        (rows('a', ['a/1.jpg']), dict(label_files=('gone.json', 'gone.json')), 'gone.json does not exist'),
    ],
)
def test_refuses_what_it_cannot_read(build, lines, options, words):
    with pytest.raises(InputError) as caught:
        build(*lines, **options)
    message = str(caught.value)
    assert words in message and '\n' not in message
