import cv2
import numpy as np
import pytest
from mmaction.datasets import RawframeDataset
from mmengine.registry import init_default_scope

from mmaction_vt.datasets import FrameFolderDataset
from mmaction_vt.errors import InputError


@pytest.fixture
def frames(tmp_path):
    """Two folders, of five and three frames; frame i of both is of the value 40 * i."""
    for folder, count in (('a b/1', 5), ('2', 3)):
        (tmp_path / folder).mkdir(parents=True)
        for number in range(1, count + 1):
            cv2.imwrite(str(tmp_path / folder / f'{number:05}.jpg'), np.full((32, 48, 3), 40 * number, np.uint8))
    return tmp_path


@pytest.fixture
def build(frames):
    def build(text, pipeline=(), data_prefix=None, **kwargs):
        (frames / 'list.txt').write_text(text)
        prefix = data_prefix or dict(img=str(frames))
        return FrameFolderDataset(str(frames / 'list.txt'), pipeline=list(pipeline), data_prefix=prefix, **kwargs)

    return build


def pipeline(**sampling):
    init_default_scope('mmaction')
    return [dict(type='mmaction_vt.VideoToClips', sampling=sampling), dict(type='PackActionInputs')]


def test_lists_are_those_of_mmaction2(build, frames):
    ours = build('2 3 7\n')[0]
    theirs = RawframeDataset(
        str(frames / 'list.txt'), pipeline=[], data_prefix=dict(img=str(frames)), filename_tmpl='{:05}.jpg'
    )[0]
    assert {key: theirs[key] for key in ours} == ours
    assert ours['frame_dir'] == str(frames / '2') and (ours['total_frames'], ours['label']) == (3, 7)


def test_folders_may_hold_spaces_and_lines_may_be_blank(build, frames):
    dataset = build('\n  a b/1  5 0\n\n2 3 1\n', fps=12)
    assert [(sample['frame_dir'], sample['total_frames'], sample['label']) for sample in dataset] == [
        (str(frames / 'a b' / '1'), 5, 0),
        (str(frames / '2'), 3, 1),
    ]
    assert dataset[0]['avg_fps'] == 12 and dataset[0]['start_index'] == 1


def test_clips_hold_the_frames_by_their_numbers(build):
    sampling = dict(type='mmaction_vt.SampleSegments', clip_len=2, test_mode=True)
    clip = build('a b/1 5 0\n', pipeline(**sampling))[0]['inputs']
    assert clip.shape == (1, 3, 2, 32, 48)
    # Of frames 1 to 5 the middles of two segments, [1, 3] and [3, 5].
    np.testing.assert_allclose(clip.float().mean(dim=(0, 1, 3, 4)), [80, 160], atol=2)


@pytest.mark.parametrize(('fps', 'values'), [(None, [40, 80, 120, 160]), (15, [40, 40, 40, 80])])
def test_frame_rate_counts_where_clips_are_taken_in_time(build, fps, values):
    sampling = dict(type='mmaction_vt.SampleClipsInTime', clip_len=4, frame_interval=1, test_mode=True)
    clip = build('a b/1 5 0\n', pipeline(**sampling), fps=fps)[0]['inputs']
    np.testing.assert_allclose(clip.float().mean(dim=(0, 1, 3, 4)), values, atol=2)


def test_a_frame_that_is_missing_ends_nothing(build):
    sampling = pipeline(type='mmaction_vt.SampleSegments', clip_len=4)
    dataset = build('2 30 0\na b/1 5 1\n', sampling)  # 30 frames are listed, and there are three
    np.random.seed(0)
    packed = dataset[0]['data_samples']
    assert packed.gt_label.item() == 1 and any('does not exist' in reason for reason in packed.broken_videos.values())
    test = build('2 30 0\n', sampling, test_mode=True)[0]
    assert 'does not exist' in test['data_samples'].broken_video and not test['inputs'].any()


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('', 'is empty; each line must have a folder'),
        ('a 3 0\nb 3\n', "line 2: 'b 3' is not a folder, a number of frames and a label"),
        ('a 0 0\n', 'line 1: .* is not a folder'),
        ('a x 0\n', 'line 1: .* is not a folder'),
        ('a 3 -1\n', 'line 1: .* is not a folder'),
        ('a 3 1\n\nb 3 2\n', 'line 3: the label 2 is not allowed; labels run from 0 to 1'),
    ],
)
def test_refuses_bad_lists(build, text, message):
    with pytest.raises(InputError, match=message):
        build(text, num_classes=2)


def test_refuses_other_folders_and_missing_lists(build, frames):
    with pytest.raises(InputError, match='data_prefix of FrameFolderDataset'):
        build('a 3 0', data_prefix=dict(video='x'))
    with pytest.raises(InputError, match='does not exist; ann_file'):
        FrameFolderDataset(str(frames / 'nowhere.txt'), pipeline=[])
