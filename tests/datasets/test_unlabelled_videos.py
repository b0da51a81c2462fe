"""Lists of videos without labels."""

import pytest
from mmengine.registry import init_default_scope

from mmaction_vt.datasets import UnlabelledVideos
from mmaction_vt.errors import InputError


def paths(tmp_path, text, **options):
    (tmp_path / 'list.txt').write_text(text)
    dataset = UnlabelledVideos(str(tmp_path / 'list.txt'), pipeline=[], **options)
    dataset.full_init()
    return [dataset.get_data_info(index)['filename'] for index in range(len(dataset))]


def test_paths_alone(tmp_path):
    assert paths(tmp_path, 'a.mp4\n\nsome folder/b, 2.avi\n') == ['a.mp4', 'some folder/b, 2.avi']


@pytest.mark.parametrize(
    'text', ['a.mp4 3\nb 1.mp4 99\n', 'a.mp4,3\nb 1.mp4,99\n', 'path,label\na.mp4,3\nb 1.mp4,4 5\n']
)
def test_labels_are_ignored(tmp_path, text):
    assert paths(tmp_path, text) == ['a.mp4', 'b 1.mp4']


def test_folder_of_the_videos(tmp_path):
    assert paths(tmp_path, 'a.mp4 0\n', data_prefix=dict(video='videos')) == ['videos/a.mp4']


def test_samples_have_no_label(tiny_data):
    init_default_scope('mmaction')
    steps = [dict(type='mmaction_vt.VideoToClips', sampling=dict(type='UniformSample', clip_len=4), size=32)]
    dataset = UnlabelledVideos(
        str(tiny_data / 'list.txt'),
        pipeline=[*steps, dict(type='PackActionInputs')],
        data_prefix=dict(video=str(tiny_data)),
    )
    sample = dataset[0]
    assert sample['inputs'].shape == (1, 3, 4, 32, 32) and 'gt_label' not in sample['data_samples']


@pytest.mark.parametrize('text', ['', '\n\n', 'path label\n'])
def test_empty_lists(tmp_path, text):
    with pytest.raises(InputError, match=r'list\.txt is empty; each line must have the path of a video'):
        paths(tmp_path, text)
