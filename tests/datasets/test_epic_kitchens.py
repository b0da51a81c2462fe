import csv
from pathlib import Path

import cv2
import numpy as np
import pytest
from mmaction.registry import DATASETS
from mmengine.registry import init_default_scope
from videos import write_video

from mmaction_vt.datasets import EpicKitchensDataset
from mmaction_vt.errors import InputError

HEADER = (
    'narration_id,participant_id,video_id,narration_timestamp,start_timestamp,stop_timestamp,start_frame,stop_frame,'
    'narration,verb,verb_class,noun,noun_class,all_nouns,all_noun_classes'
)
COLUMNS = HEADER.split(',')
# Two segments of one video and one of another, as the official file writes them.
ROWS = [
    ['P01_01_0', 'P01', 'P01_01', '00:00:01.089', '00:00:00.14', '00:00:00.87', '3', '20', 'open door', 'open', '3',
     'door', '3', "['door']", '[3]'],
    ['P01_01_1', 'P01', 'P01_01', '00:00:01.5', '00:00:01.00', '00:00:01.500', '24', '36', 'put rubbish in the bin',
     'put-in', '5', 'rubbish', '54', "['rubbish', 'bin']", '[54, 36]'],
    ['P02_101_7', 'P02', 'P02_101', '00:00:02', '00:00:00.00', '00:00:02.00', '1', '40', 'wash', 'wash', '96',
     'pan', '299', "['pan']", '[299]'],
]  # fmt: skip


@pytest.fixture
def annotations(tmp_path):
    """Write annotations, with ``changes`` (line, column, value) or without some columns."""

    def write(*changes, without=(), rows=ROWS, text=None):
        path = tmp_path / 'EPIC_100_train.csv'
        if text is not None:
            path.write_bytes(text)
            return str(path)
        table = [COLUMNS, *(list(row) for row in rows)]
        for line, column, value in changes:
            table[line - 1][COLUMNS.index(column)] = value
        kept = [index for index, name in enumerate(COLUMNS) if name not in without]
        with path.open('w', newline='') as file:
            csv.writer(file).writerows([row[index] for index in kept] for row in table)
        return str(path)

    return write


@pytest.fixture(scope='module')
def videos(tmp_path_factory):
    folder = tmp_path_factory.mktemp('EPIC KITCHENS')
    for name, frames, fps in (('P01_01', 48, 24), ('P02_101', 40, 20)):
        path = folder / name.partition('_')[0] / 'videos'
        path.mkdir(parents=True)
        write_video(path / f'{name}.MP4', frames, fps)
    return folder


@pytest.fixture(scope='module')
def frames(tmp_path_factory):
    """Pictures whose grey value is five times their number."""
    folder = tmp_path_factory.mktemp('frames')
    for name, count in (('P01_01', 48), ('P02_101', 40)):
        path = folder / name.partition('_')[0] / 'rgb_frames' / name
        path.mkdir(parents=True)
        for number in range(1, count + 1):
            cv2.imwrite(str(path / f'frame_{number:010}.jpg'), np.full((48, 64, 3), 5 * number, np.uint8))
    return folder


SAMPLE = dict(type='mmaction_vt.SampleClipsInTime', clip_len=4, frame_interval=5, num_clips=10, test_mode=True)
CROPS = [
    dict(type='Resize', scale=(-1, 32)),
    dict(type='ThreeCrop', crop_size=32),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]


def test_segments_of_videos(annotations, videos):
    dataset = EpicKitchensDataset(annotations(), [], dict(video=str(videos)))
    infos = [dataset.get_data_info(index) for index in range(len(dataset))]
    assert [info['label'] for info in infos] == [[3, 3], [5, 54], [96, 299]]
    assert [info['narration_id'] for info in infos] == ['P01_01_0', 'P01_01_1', 'P02_101_7']
    assert infos[1]['filename'] == str(videos / 'P01' / 'videos' / 'P01_01.MP4')
    assert [(info['start_time'], info['stop_time']) for info in infos] == [(0.14, 0.87), (1.0, 1.5), (0.0, 2.0)]
    assert all(info['start_index'] == 0 and info['modality'] == 'RGB' for info in infos)


def test_segments_of_frame_folders(annotations, frames):
    dataset = EpicKitchensDataset(annotations(), [], dict(img=str(frames)))
    info = dataset.get_data_info(1)
    assert info['frame_dir'] == str(frames / 'P01' / 'rgb_frames' / 'P01_01')
    assert (info['start_index'], info['total_frames'], info['avg_fps']) == (24, 13, 24)
    assert dataset.get_data_info(2)['avg_fps'] == 20
    assert dataset.get_data_info(1) == info  # reading does not change it


@pytest.mark.parametrize('kind', ['video', 'img'])
def test_ten_clips_and_three_crops_inside_each_segment(annotations, videos, frames, kind):
    init_default_scope('mmaction')
    if kind == 'video':
        prefix = dict(video=str(videos))
        steps = ['DecordInit', 'TrimToSegment', SAMPLE, 'DecordDecode']
        steps = [step if isinstance(step, dict) else dict(type=f'mmaction_vt.{step}') for step in steps]
        bounds = [(3, 20), (24, 35), (0, 39)]  # frames count from 0
    else:
        prefix, steps = dict(img=str(frames)), [SAMPLE, dict(type='RawFrameDecode')]
        bounds = [(3, 20), (24, 36), (1, 40)]
    dataset = DATASETS.build(
        dict(
            type='mmaction_vt.EpicKitchensDataset',
            ann_file=annotations(),
            data_prefix=prefix,
            pipeline=steps + CROPS,
            test_mode=True,
        )
    )
    for index, (first, last) in enumerate(bounds):
        packed = dataset[index]
        assert packed['inputs'].shape == (30, 3, 4, 32, 32)
        values = packed['inputs'].float().mean((1, 3, 4)) / 5
        assert first - 0.6 < values.min() < first + 0.6
        assert values.max() < last + 0.6
        assert packed['data_samples'].gt_label.tolist() == dataset.get_data_info(index)['label']


def test_path_pattern(annotations, tmp_path, videos):
    flat = tmp_path / 'flat'
    flat.mkdir()
    for name in ('P01_01', 'P02_101'):
        (flat / f'{name}.mp4').symlink_to(videos / name.partition('_')[0] / 'videos' / f'{name}.MP4')
    dataset = EpicKitchensDataset(annotations(), [], dict(video=str(flat)), path_tmpl='{video_id}.mp4')
    assert dataset[0]['filename'] == str(flat / 'P01_01.mp4')
    with pytest.raises(InputError, match=r"line 2: path_tmpl '\{video\}\.mp4' is invalid; .*participant_id, video_id"):
        EpicKitchensDataset(annotations(), [], dict(video=str(flat)), path_tmpl='{video}.mp4')


def test_a_mark_at_the_beginning_and_other_line_ends(annotations, videos):
    text = b'\xef\xbb\xbf' + Path(annotations()).read_bytes().replace(b'\r\n', b'\n')
    assert len(EpicKitchensDataset(annotations(text=text), [], dict(video=str(videos)))) == 3


LABELS = ('verb', 'verb_class', 'noun', 'noun_class', 'all_nouns', 'all_noun_classes', 'narration')


@pytest.mark.parametrize('kind', ['video', 'img'])
def test_annotations_without_classes_can_be_tested(annotations, videos, frames, kind):
    prefix = {kind: str(videos if kind == 'video' else frames)}
    dataset = EpicKitchensDataset(annotations(without=LABELS), [], prefix, test_mode=True)
    infos = [dataset.get_data_info(index) for index in range(len(dataset))]
    assert [info['label'] for info in infos] == 3 * [[-1, -1]]
    assert [info['narration_id'] for info in infos] == ['P01_01_0', 'P01_01_1', 'P02_101_7']
    labelled = EpicKitchensDataset(annotations(), [], prefix, test_mode=True)
    assert infos == [dict(labelled.get_data_info(index), label=[-1, -1]) for index in range(3)]


def test_annotations_without_classes_cannot_be_learnt_from(annotations, videos):
    with pytest.raises(InputError, match='missing columns: verb_class, noun_class'):
        EpicKitchensDataset(annotations(without=LABELS), [], dict(video=str(videos)))
    with pytest.raises(InputError, match='missing columns: noun_class'):
        EpicKitchensDataset(annotations(without=['noun_class']), [], dict(video=str(videos)), test_mode=True)


def test_a_segment_may_last_no_time(annotations, videos):
    path = annotations((2, 'stop_timestamp', '00:00:00.14'))
    assert EpicKitchensDataset(path, [], dict(video=str(videos)))[0]['stop_time'] == 0.14


@pytest.mark.parametrize('column', ['verb_class', 'participant_id', 'stop_timestamp'])
def test_refuses_a_missing_column(annotations, videos, column):
    path = annotations(without=[column])
    with pytest.raises(InputError, match=f'line 1: missing columns: {column};') as caught:
        EpicKitchensDataset(path, [], dict(video=str(videos)))
    assert path in str(caught.value)


def test_frame_numbers_are_needed_for_frames_only(annotations, videos, frames):
    path = annotations(without=['start_frame', 'stop_frame'])
    assert len(EpicKitchensDataset(path, [], dict(video=str(videos)))) == 3
    with pytest.raises(InputError, match='missing columns: start_frame, stop_frame'):
        EpicKitchensDataset(path, [], dict(img=str(frames)))


@pytest.mark.parametrize('kind', ['video', 'img'])
@pytest.mark.parametrize(
    ('change', 'words'),
    [
        ((3, 'stop_timestamp', '00:00:00.99'), 'ends at 00:00:00.99, before its start at 00:00:01.00'),
        ((2, 'start_timestamp', '14 s'), "start_timestamp is '14 s', not a time like"),
        ((2, 'stop_timestamp', ''), 'stop_timestamp is missing, not a time like'),
        ((4, 'verb_class', '97'), 'verb_class is 97, outside 0 to 96'),
        ((4, 'noun_class', '300'), 'noun_class is 300, outside 0 to 299'),
        ((2, 'noun_class', '-1'), "noun_class is '-1', not an integer"),
        ((2, 'verb_class', '1.0'), "verb_class is '1.0', not an integer"),
        ((3, 'video_id', 'P01_02'), 'P01_02'),
    ],
)
def test_refuses_what_cannot_be_and_says_where(annotations, videos, frames, kind, change, words):
    path = annotations(change)
    with pytest.raises(InputError) as caught:
        EpicKitchensDataset(path, [], {kind: str(videos if kind == 'video' else frames)})
    message = str(caught.value)
    assert message.startswith(f'{path}, line {change[0]}: ')
    assert words in message and '\n' not in message


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        ((3, 'stop_frame', '23'), 'line 3: the segment ends at frame 23, before its start at frame 24'),
        ((3, 'start_frame', 'x'), "line 3: start_frame is 'x', not an integer"),
    ],
)
def test_refuses_frames_that_cannot_be(annotations, frames, change, words):
    with pytest.raises(InputError, match=words):
        EpicKitchensDataset(annotations(change), [], dict(img=str(frames)))


def test_a_line_that_ends_early(annotations, videos):
    text = (
        b'participant_id,video_id,start_timestamp,stop_timestamp,verb_class,noun_class\nP01,P01_01,00:00:00,00:00:01,3'
    )
    with pytest.raises(InputError, match='line 2: noun_class is missing'):
        EpicKitchensDataset(annotations(text=text), [], dict(video=str(videos)))


def test_numbers_of_classes(annotations, videos):
    with pytest.raises(InputError, match='line 3: verb_class is 5, outside 0 to 4'):
        EpicKitchensDataset(annotations(), [], dict(video=str(videos)), num_verbs=5)


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        (b'', 'is empty'),
        (HEADER.encode() + b'\n', 'is empty'),
        (bytes(range(128, 256)), 'is not a CSV file'),
        (b'a.mp4 1\nb.mp4 2\n', 'line 1: missing columns: participant_id'),
    ],
)
def test_refuses_other_files(annotations, videos, text, words):
    path = annotations(text=text)
    with pytest.raises(InputError) as caught:
        EpicKitchensDataset(path, [], dict(video=str(videos)))
    assert words in str(caught.value) and path in str(caught.value)


def test_refuses_a_file_that_does_not_exist(tmp_path, videos):
    with pytest.raises(InputError, match=r'EPIC_100_train\.csv does not exist'):
        EpicKitchensDataset(str(tmp_path / 'EPIC_100_train.csv'), [], dict(video=str(videos)))


@pytest.mark.parametrize('prefix', [{}, dict(video='a', img='b'), dict(frames='a')])
def test_refuses_an_unclear_source(annotations, prefix):
    with pytest.raises(InputError, match=r'dict\(video=\.\.\.\) or dict\(img=\.\.\.\)'):
        EpicKitchensDataset(annotations(), [], prefix)
