"""Every kind of list that the authors' code reads, by its first line and whatever its name ends in."""

import pytest

from mmaction_vt.datasets import VideoDataset
from mmaction_vt.errors import InputError
from mmaction_vt.utils.annotation_lists import find_delimiter, read_lines, split_labels

BOM = '\ufeff'


@pytest.fixture(params=['list.csv', 'list.txt', 'list'])
def read(request, tmp_path):
    """The paths and labels of a list."""

    def read(text, **options):
        path = tmp_path / request.param
        path.write_text(text, encoding='utf-8')
        dataset = VideoDataset(str(path), pipeline=[], serialize_data=False, **options)  # serialising collects garbage
        infos = [dataset.get_data_info(index) for index in range(len(dataset))]
        return [(info['filename'], info['label']) for info in infos]

    return read


@pytest.mark.parametrize('begin', ['', BOM, '\n\n', f'{BOM}\n'])
@pytest.mark.parametrize(
    'text',
    [
        'a.mp4 3\nb/c.mp4 0\n',
        'a.mp4,3\nb/c.mp4,0\n',
        'a.mp4, 3\r\nb/c.mp4, 0',
        'path,label\na.mp4,3\nb/c.mp4,0\n',
        'path label\na.mp4 3\nb/c.mp4 0\n',
        'label,start,path,end\n3,0,a.mp4,1\n0,2,b/c.mp4,3\n',
    ],
)
def test_kinds(read, begin, text):
    assert read(begin + text) == [('a.mp4', 3), ('b/c.mp4', 0)]


@pytest.mark.parametrize(
    ('text', 'path'),
    [
        ('my clip 1.mp4 17', 'my clip 1.mp4'),
        ('my clip 1.mp4,17', 'my clip 1.mp4'),
        ('a, b and c.mp4 17', 'a, b and c.mp4'),
        ('a,b.mp4 17', 'a,b.mp4'),
        ('a,b.mp4,17', 'a,b.mp4'),
        ('-3B32lodo2M 17', '-3B32lodo2M'),
        ('/data/videos/x.mp4 17', '/data/videos/x.mp4'),
        ('1.mp4,17', '1.mp4'),
    ],
)
def test_paths_may_hold_spaces_and_commas(read, text, path):
    assert read(text) == [(path, 17)]
    assert read(f'{text}\n{text}\n', data_prefix=dict(video='/root')) == 2 * [
        (path if path.startswith('/') else f'/root/{path}', 17)
    ]


def test_a_delimiter_that_is_given_wins(read):
    assert read('a.mp4 1,2\n', delimiter=',') == [('a.mp4 1', 2)]
    assert read('a.mp4,1 2\n', delimiter=' ') == [('a.mp4,1', 2)]
    assert read('a b.mp4;2\n', delimiter=';') == [('a b.mp4', 2)]


def test_one_delimiter_holds_for_the_whole_file(read):
    with pytest.raises(InputError, match=r"line 2: no label in 'b\.mp4 2'; expected a path, ',' and a label"):
        read('a.mp4,1\nb.mp4 2\n')


def test_segments(read, tmp_path):
    text = BOM + 'path, start, end, label\n"long, and wide.mp4", 0.5, 2, 1\n'
    assert read(text) == [('long, and wide.mp4', 1)]


def test_several_labels_a_line(read):
    expected = [('my clip.mp4', [1.0, 0, 1]), ('b.mp4', [0, 1.0, 0]), ('c.mp4', [0.0, 0, 0])]
    for text in ('my clip.mp4 0 2\nb.mp4 1\nc.mp4\n', BOM + 'my clip.mp4,0,2\nb.mp4,1\nc.mp4\n'):
        found = read(text, multi_class=True, num_classes=3)
        assert [path for path, _ in found] == [path for path, _ in expected]
        assert [label.tolist() for _, label in found] == [label for _, label in expected]
    with pytest.raises(InputError, match='line 1: the label 3 is not allowed'):
        read('a.mp4 0 3\n', multi_class=True, num_classes=3)


@pytest.mark.parametrize('text', ['a.mp4 0 -2\n', 'a.mp4 0 left\n', 'a.mp4 0 1.5\n'])
def test_several_labels_are_all_integers(read, text):
    with pytest.raises(InputError, match='line 1: the label'):
        read(text, multi_class=True, num_classes=3)


def test_several_labels_of_segments_and_frames(read):
    text = 'path,start,end,label\na.mp4,0,1,0 2\nb.mp4,0,1,"1,2"\nc.mp4,0,1,\n'
    labels = [label.tolist() for _, label in read(text, multi_class=True, num_classes=3)]
    assert labels == [[1, 0, 1], [0, 1, 1], [0, 0, 0]]


def test_several_labels_after_a_video_without_any(read):
    text = 'path,labels\na.mp4\nb.mp4,0,2\n'
    for body in (text, text.removeprefix('path,labels\n'), text.replace(',', ' ')):
        found = read(body, multi_class=True, num_classes=3)
        assert [(path, label.tolist()) for path, label in found] == [('a.mp4', [0, 0, 0]), ('b.mp4', [1, 0, 1])]


def test_several_labels_need_the_number_of_classes(read):
    with pytest.raises(InputError, match='multi_class=True of VideoDataset needs num_classes'):
        read('a.mp4 0 1\n', multi_class=True)


@pytest.mark.parametrize(
    ('line', 'delimiter'),
    [('a 1', ' '), ('a,1', ','), ('a, 1', ','), ('a b,1', ','), ('a,b 1', ' '), ('path,label', ','), ('a', None)],
)
def test_delimiter_of_a_line(line, delimiter):
    assert find_delimiter(line, 'list.csv') == delimiter


def test_labels_end_where_the_path_does():
    assert split_labels('clip 2 b.mp4 0 12', ' ') == ('clip 2 b.mp4', ['0', '12'])
    assert split_labels('a.MP4, 0, 12', ',') == ('a.MP4', ['0', '12'])
    assert split_labels('folder of frames 5 6', ' ') == ('folder of frames', ['5', '6'])
    assert split_labels('7', ' ') == ('7', [])


def test_lines_are_read_one_by_one(tmp_path):
    path = tmp_path / 'list.txt'
    path.write_bytes(b'a 1\n' + b'b 1\n' * 100_000 + b'\xff')
    lines = read_lines(str(path))
    assert next(lines) == (1, 'a 1')  # the file has not been read to its end
    with pytest.raises(InputError, match='is not a text file'):
        list(lines)


@pytest.mark.parametrize('text', ['path,label\n', 'path label', 'path,start,end,label\n', f'{BOM}path,label\n'])
def test_refuses_a_header_without_rows(read, text):
    with pytest.raises(InputError, match='is empty: it has no row after its header'):
        read(text)
