"""Data sets of key frames: AVA, a person's own list and MultiSports."""

import pickle

import numpy as np
import pytest
import torch
from mmengine.registry import init_default_scope
from tiny_detection import BOXES, HEADER, write_boxes
from videos import write_video

from mmaction_vt.datasets import AVADataset, BoxListDataset, MultiSportsDataset
from mmaction_vt.errors import InputError

PIPELINE = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleAroundKeyFrame', clip_len=4, frame_interval=1),
    ),
    dict(type='mmaction_vt.MoveBoxes'),
    dict(type='mmaction_vt.PackDetectionInputs'),
]
AVA = 'movie,0902,0.1,0.2,0.5,0.75,12,0\nmovie,0902,0.1,0.2,0.5,0.75,17,0\nmovie,0902,0.5,0,1,1,12,1\n'


@pytest.fixture(autouse=True)
def scope():
    init_default_scope('mmaction')


@pytest.fixture(scope='module')
def own(tmp_path_factory):
    return write_boxes(tmp_path_factory.mktemp('boxes'))


def own_list(folder, name='boxes.csv', **options):
    prefix = dict(video=str(folder))
    return BoxListDataset(str(folder / name), PIPELINE, 2, prefix, label_file=str(folder / 'labels.txt'), **options)


@pytest.fixture
def ava(tmp_path):
    write_video(tmp_path / 'movie.mkv', 48, fps=12)
    (tmp_path / 'ann.csv').write_text(AVA + 'movie,0903,0,0,1,1,80,0\nother,0905,,,,,\n')

    def make(**options):
        options = dict(data_prefix=dict(video=str(tmp_path)), timestamp_start=900, **options)
        return AVADataset(str(tmp_path / 'ann.csv'), PIPELINE, **options)

    make.folder = tmp_path
    return make


def test_own_list(own):
    data = own_list(own)
    assert len(data) == 5
    info = data.get_data_info(1)
    assert info['gt_labels'].tolist() == [[0, 1], [1, 0]] and info['key_time'] == 0.5
    packed = data[0]
    assert packed['inputs'].shape == (1, 3, 4, 32, 48)
    truth = packed['data_samples'].gt_instances
    expected = np.array(BOXES) * [48, 32, 48, 32]
    np.testing.assert_allclose(truth.bboxes.numpy(), expected, atol=1e-4)
    assert torch.equal(packed['data_samples'].proposals.bboxes, truth.bboxes)


def test_pixels_are_those_of_the_key_frame(own):
    """The bright box is bright."""
    for packed in (own_list(own)[index] for index in range(3)):
        truth = packed['data_samples'].gt_instances
        for box, label in zip(truth.bboxes.round().int().tolist(), truth.labels.argmax(1).tolist(), strict=True):
            part = packed['inputs'][0, :, 2, box[1] + 2 : box[3] - 2, box[0] + 2 : box[2] - 2].float()
            assert part.mean() == pytest.approx(40 + 180 * label, abs=12)


def test_ava(ava):
    data = ava()
    assert len(data) == 2
    first = data.get_data_info(0)
    assert first['filename'].endswith('movie.mkv') and first['img_key'] == 'movie,0902'
    assert first['gt_bboxes'].shape == (2, 4)
    assert np.flatnonzero(first['gt_labels'][0]).tolist() == [11, 16]  # class 0 is action 1
    assert first['key_time'] == 2 and 'proposals' not in first
    assert data[0]['data_samples'].timestamp == 902


def test_exclusions_and_proposals(ava):
    (ava.folder / 'out.csv').write_text('movie,0903\n')
    boxes = np.array([[0, 0, 0.5, 0.5, 0.95], [0, 0, 1, 1, 0.5]])
    (ava.folder / 'found.pkl').write_bytes(pickle.dumps({'movie,0902': boxes}))
    files = dict(exclude_file=str(ava.folder / 'out.csv'), proposal_file=str(ava.folder / 'found.pkl'))
    data = ava(test_mode=True, **files)
    assert len(data) == 1
    sample = data[0]['data_samples']
    assert sample.proposals.scores.tolist() == pytest.approx([0.95]) and len(sample.gt_instances.labels) == 2
    both = ava(test_mode=True, proposal_file=files['proposal_file'])
    assert len(both[1]['data_samples'].proposals.bboxes) == 0  # a frame without proposals is kept
    assert 'proposals' not in ava(**files).get_data_info(0)  # training has the annotated boxes


def test_kinetics_clips_say_when_they_start(ava):
    (ava.folder / 'ann.csv').write_text('abcdefghijk,13.5,0,0,1,1,3,0\n')
    write_video(ava.folder / 'abcdefghijk_000012_000022.mp4', 48, fps=12)
    info = ava().get_data_info(0)
    assert info['key_time'] == 1.5 and info['filename'].endswith('_000022.mp4')


def test_multisports(tmp_path):
    tube = np.array([[frame, 10, 20, 60, 80] for frame in range(1, 9)], float)
    content = dict(
        labels=['a', 'b', 'c'],
        train_videos=[['x/v1']],
        test_videos=[['x/v2']],
        resolution={'x/v1': (100, 200), 'x/v2': (100, 200)},
        gttubes={'x/v1': {2: [tube, tube[3:]]}, 'x/v2': {0: [tube[:2]]}},
        nframes={'x/v1': 8},
    )
    (tmp_path / 'gt.pkl').write_bytes(pickle.dumps(content))
    data = MultiSportsDataset(str(tmp_path / 'gt.pkl'), PIPELINE, 3)
    assert len(data) == 8
    assert [len(data.get_data_info(index)['gt_bboxes']) for index in (0, 4)] == [1, 2]
    info = data.get_data_info(4)
    assert info['key_frame'] == 4 and info['gt_labels'][0].tolist() == [0, 0, 1]
    np.testing.assert_allclose(info['gt_bboxes'][0], [0.05, 0.2, 0.3, 0.8], atol=1e-6)
    assert len(MultiSportsDataset(str(tmp_path / 'gt.pkl'), PIPELINE, 3, interval=3)) == 3
    assert len(MultiSportsDataset(str(tmp_path / 'gt.pkl'), PIPELINE, 3, 'val')) == 2
    with pytest.raises(InputError, match=r'unknown split'):
        MultiSportsDataset(str(tmp_path / 'gt.pkl'), PIPELINE, 3, 'test')
    (tmp_path / 'gt.pkl').write_bytes(pickle.dumps({'labels': []}))
    with pytest.raises(InputError, match=r"has no 'train_videos'; expected multisports_GT.pkl"):
        MultiSportsDataset(str(tmp_path / 'gt.pkl'), PIPELINE, 3)


@pytest.mark.parametrize(
    ('rows', 'message'),
    [
        ('', 'has no key frame with a box'),
        ('0.mp4,0.5,0,0,1,1,grey\n', "line 2: unknown label 'grey'"),
        ('0.mp4,0.5,0,0,48,32,dark\n', 'line 2: the box 0,0,48,32 is outside the frame'),
    ],
)
def test_bad_lists(rows, message, own, tmp_path):
    (tmp_path / 'labels.txt').write_text('dark\nbright\n')
    (tmp_path / 'boxes.csv').write_text(f'{HEADER}\n{rows}')
    with pytest.raises(InputError, match=message):
        own_list(tmp_path)


def test_other_mistakes(ava):
    with pytest.raises(InputError, match=r'time 902 is before the start of the video, 1000: set timestamp_start'):
        AVADataset(str(ava.folder / 'ann.csv'), PIPELINE, timestamp_start=1000)
    (ava.folder / 'found.csv').write_text('another,0902,0,0,1,1,,1\n')
    with pytest.raises(InputError, match=r'found.csv has no boxes for the key frames of .* such as movie,0902'):
        ava(test_mode=True, proposal_file=str(ava.folder / 'found.csv'))
    (ava.folder / 'out.csv').write_text('movie,0902\nmovie,0903\n')
    with pytest.raises(InputError, match=r'has no key frame with a box that .*out.csv does not exclude'):
        ava(exclude_file=str(ava.folder / 'out.csv'))


def test_a_key_frame_after_the_end_is_a_broken_video(own, tmp_path):
    (tmp_path / 'labels.txt').write_text('dark\nbright\n')
    rows = (own / 'boxes.csv').read_text().replace('0.mp4,0.5', '0.mp4,7').replace('0.mp4', str(own / '0.mp4'))
    (tmp_path / 'boxes.csv').write_text('\n'.join([*rows.splitlines()[:3], f'{own}/1.mp4,0.5,0,0,1,1,dark']) + '\n')
    data = own_list(tmp_path, test_mode=True)
    assert 'has 8 frames at 8 per second, and a box of it is in frame 56' in data[0]['data_samples'].broken_video
    assert 'broken_video' not in data[1]['data_samples']
