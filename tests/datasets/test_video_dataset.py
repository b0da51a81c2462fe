import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from mmaction_vt.datasets import VideoDataset
from mmaction_vt.datasets.transforms import DecordInit, SampleClipsInTime
from mmaction_vt.errors import InputError


@pytest.fixture
def annotations(tmp_path):
    def write(text: str | bytes):
        path = tmp_path / 'list.txt'
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return write


def build(ann_file: str, **kwargs) -> VideoDataset:
    return VideoDataset(ann_file=ann_file, pipeline=[], **kwargs)


def samples(dataset: VideoDataset) -> list[tuple[str, int]]:
    return [(dataset[i]['filename'], dataset[i]['label']) for i in range(len(dataset))]


def test_paths_may_hold_spaces_and_lines_may_be_blank(annotations):
    dataset = build(annotations('\na b/clip 1.mp4 3\n\n  c.mp4   0 \n\n'), data_prefix=dict(video='videos'))
    assert samples(dataset) == [('videos/a b/clip 1.mp4', 3), ('videos/c.mp4', 0)]


def test_delimiter(annotations):
    dataset = build(annotations('a b.mp4,3\nc,d.mp4, 1'), delimiter=',')
    assert samples(dataset) == [('a b.mp4', 3), ('c,d.mp4', 1)]


def test_data_root_is_joined(annotations, tmp_path):
    annotations('a.mp4 3')
    dataset = build('list.txt', data_root=str(tmp_path), data_prefix=dict(video='train'))
    assert samples(dataset) == [(str(tmp_path / 'train' / 'a.mp4'), 3)]


@pytest.mark.parametrize('serialize', [True, False])
def test_indices_and_lazy_init(annotations, serialize):
    ann_file = annotations('\n'.join(f'{i}.mp4 {i}' for i in range(10)))
    dataset = build(ann_file, indices=4, lazy_init=True, serialize_data=serialize)
    assert not dataset._fully_initialized
    dataset.full_init()
    assert samples(dataset) == [(f'{i}.mp4', i) for i in range(4)]
    assert dataset[2]['modality'] == 'RGB'
    assert dataset[2]['start_index'] == 0


def test_multi_class_is_read_as_mmaction2_does(annotations):
    dataset = build(annotations('a.mp4 0 2\nb.mp4 1'), multi_class=True, num_classes=4)
    assert torch.equal(dataset[0]['label'], torch.tensor([1.0, 0, 1, 0]))


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('a.mp4 1\n\nb.mp4', ['line 3', 'no label', 'b.mp4']),
        ('a.mp4\t1', ['line 1', 'no label']),
        ('my clip.mp4', ['line 1', "'clip.mp4' is not an integer"]),
        ('a.mp4 1\nb.mp4 1.5', ['line 2', "'1.5' is not an integer"]),
        ('a.mp4 1\nb.mp4 5', ['line 2', 'label 5', 'from 0 to 4', 'num_classes=5']),
        ('a.mp4 -1', ['line 1', 'label -1', 'from 0 to 4']),
        ('', ['empty']),
        ('\n \n', ['empty']),
        (bytes(range(128, 256)), ['not a text file']),
    ],
)
def test_refuses_what_it_cannot_read(annotations, text, words):
    ann_file = annotations(text)
    with pytest.raises(InputError) as caught:
        build(ann_file, num_classes=5)
    message = str(caught.value)
    assert '\n' not in message
    assert all(word in message for word in [ann_file, *words]), message


def test_refuses_a_list_that_does_not_exist(tmp_path):
    with pytest.raises(InputError, match=r'missing\.txt does not exist'):
        build(str(tmp_path / 'missing.txt'))


def test_any_label_from_0_is_allowed_without_num_classes(annotations):
    assert samples(build(annotations('a.mp4 100000'))) == [('a.mp4', 100000)]
    with pytest.raises(InputError, match='label -1'):
        build(annotations('a.mp4 -1'))


def test_a_worker_names_the_video(annotations):
    dataset = VideoDataset(ann_file=annotations('gone.mp4 1'), pipeline=[DecordInit()])
    batches = iter(DataLoader(dataset, num_workers=1))
    with pytest.raises(InputError, match=r'^the video gone\.mp4 does not exist'):
        next(batches)
    assert list(batches) == []  # ends the worker


def test_sampling_follows_numpys_seed(annotations):
    def with_length(results: dict) -> dict:
        return dict(results, total_frames=10000)

    dataset = VideoDataset(annotations('a.mp4 1\n' * 8), [with_length, SampleClipsInTime(4, 1)])
    np.random.seed(0)
    first = [dataset[i]['frame_inds'].tolist() for i in range(8)]
    np.random.seed(0)
    assert first == [dataset[i]['frame_inds'].tolist() for i in range(8)]
    assert len(set(map(tuple, first))) == 8


def test_segments_of_videos(tmp_path):
    (tmp_path / 'list.csv').write_text('path,start,end,label\nlong.mp4,0.5,2,1\na b.mp4,10,12.25,0\n')
    dataset = VideoDataset(str(tmp_path / 'list.csv'), pipeline=[], data_prefix=dict(video='videos'), num_classes=2)
    first, second = (dataset.get_data_info(index) for index in range(2))
    assert (first['filename'], first['start_time'], first['stop_time'], first['label']) == (
        'videos/long.mp4',
        0.5,
        2,
        1,
    )
    assert (second['filename'], second['stop_time']) == ('videos/a b.mp4', 12.25)


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('path,begin,label\na.mp4,0,1\n', 'expected path, start, end, label'),
        ('path,start,end,label\n', 'is empty'),
        ('path,start,end,label\na.mp4,2,1,1\n', 'line 2: start and end'),
        ('path,start,end,label\na.mp4,0,x,1\n', 'line 2: start and end'),
        ('path,start,end,label\n\na.mp4,0,1,7\n', 'line 3: the label 7'),
    ],
)
def test_mistakes_in_lists_of_segments(tmp_path, text, message):
    (tmp_path / 'list.csv').write_text(text)
    with pytest.raises(InputError, match=message):
        VideoDataset(str(tmp_path / 'list.csv'), pipeline=[], num_classes=2)
