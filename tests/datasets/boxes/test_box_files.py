"""Files of boxes: CSV, pickles, COCO's JSON, label maps, and what is wrong with them."""

import json
import os
import pickle

import numpy as np
import pytest

from mmaction_vt.datasets.boxes.box_csv import read_ava_rows, read_box_csv
from mmaction_vt.datasets.boxes.label_maps import read_label_map
from mmaction_vt.datasets.boxes.proposals import read_proposals, select
from mmaction_vt.datasets.boxes.rows import label_parser
from mmaction_vt.datasets.boxes.video_files import index_videos
from mmaction_vt.errors import InputError

BOX = (0.1, 0.2, 0.5, 0.75)


def write(path, text):
    path.write_text(text)
    return str(path)


def test_the_same_boxes_in_every_format(tmp_path):
    coco = dict(
        images=[dict(id=7, file_name='a/0902.jpg', width=200, height=100), dict(id=8, file_name='a/0903.jpg',
                                                                               width=200, height=100)],
        categories=[dict(id=1, name='person'), dict(id=2, name='dog')],
        annotations=[
            dict(image_id=7, bbox=[20, 20, 80, 55], score=0.9, category_id=1),
            dict(image_id=7, bbox=[0, 0, 10, 10], score=0.9, category_id=2),
        ],
    )  # fmt: skip
    (tmp_path / 'a.pkl').write_bytes(pickle.dumps({'a,0902': np.array([[*BOX, 0.9]]), 'a,0903': np.zeros((0, 5))}))
    paths = [
        write(tmp_path / 'own.csv', 'x1,y1,x2,y2,video,time,score\n0.1,0.2,0.5,0.75,a,902,0.9\n,,,,a,903,\n'),
        write(tmp_path / 'ava.csv', 'a,0902,0.1,0.2,0.5,0.75,,0.9\n\na,0903\n'),
        write(tmp_path / 'coco.json', json.dumps(coco)),
        str(tmp_path / 'a.pkl'),
    ]
    for path in paths:
        found = read_proposals(path)
        assert list(found) == [('a', 902.0), ('a', 903.0)], path
        boxes, scores = found['a', 902.0]
        np.testing.assert_allclose(boxes, [BOX], atol=1e-6)
        assert scores.tolist() == pytest.approx([0.9]) and len(found['a', 903.0][0]) == 0


def test_a_box_with_several_labels_is_one_proposal(tmp_path):
    path = write(tmp_path / 'a.csv', 'video,time,x1,y1,x2,y2,label\na,1,0,0,1,1,x\na,1,0,0,1,1,y\na,1,0,0,0.5,1,x\n')
    assert len(read_proposals(path)['a', 1.0][0]) == 2


def test_rows_of_ava_kinetics_without_a_box(tmp_path):
    rows = list(read_ava_rows(write(tmp_path / 'a.csv', 'a,3.5,0.1,0.2,0.5,0.75,12,0\nb,5,,,,,\n')))
    assert [(row.box, row.label, row.time) for row in rows] == [(BOX, '12', 3.5), (None, '', 5.0)]


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('', 'is empty; expected a header with video,time,x1,y1,x2,y2'),
        ('video,time,x1,y1,x2\n', 'line 1: the header lacks y2'),
        ('video,time,x1,y1,x2,y2\na,1,0,0,1\n', 'line 2: 5 columns, and the header has 6'),
        ('video,time,x1,y1,x2,y2\na,1,0,0,64,48\n', 'line 2: the box 0,0,64,48 is outside the frame; corners are'),
        ('video,time,x1,y1,x2,y2\na,1,0,-0.2,1,1\n', 'line 2: the box .* is outside the frame'),
        ('video,time,x1,y1,x2,y2\na,1,0.5,0,0.5,1\n', 'line 2: the box .* has no area'),
        ('video,time,x1,y1,x2,y2\na,nan,0,0,1,1\n', "line 2: time must be a number, not 'nan'"),
        ('video,time,x1,y1,x2,y2\na,1,0,0,1,one\n', "a corner of a box must be a number, not 'one'"),
        ('a,1,0,0,1\n', 'line 1: a box with 3 corners'),
        ('a,1,0,0,1,1,1,1,1\n', 'line 1: 9 columns'),
    ],
)
def test_bad_csv(text, message, tmp_path):
    with pytest.raises(InputError, match=message):
        list(read_box_csv(write(tmp_path / 'a.csv', text)))


def test_pickles_run_no_code(tmp_path):
    class Evil:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / 'made'),)

    (tmp_path / 'a.pkl').write_bytes(pickle.dumps({'a,1': Evil()}))
    with pytest.raises(InputError, match=r'mkdir is not an array'):
        read_proposals(str(tmp_path / 'a.pkl'))
    assert not (tmp_path / 'made').exists()


@pytest.mark.parametrize(
    ('value', 'message'),
    [([1, 2], 'is no dict'), ({'a': np.zeros((1, 4))}, 'a dict of arrays'), ({'a,1': np.zeros((1, 3))}, 'a dict of')],
)
def test_bad_pickles(value, message, tmp_path):
    (tmp_path / 'a.pkl').write_bytes(pickle.dumps(value))
    with pytest.raises(InputError, match=message):
        read_proposals(str(tmp_path / 'a.pkl'))


def test_bad_json_and_suffix(tmp_path):
    with pytest.raises(InputError, match=r'cannot be read .*JSON'):
        read_proposals(write(tmp_path / 'a.json', '{'))
    image = dict(id=1, file_name='picture.jpg', width=1, height=1)
    with pytest.raises(InputError, match=r"file_name 'picture.jpg' has no time"):
        read_proposals(write(tmp_path / 'b.json', json.dumps(dict(images=[image], annotations=[]))))
    with pytest.raises(InputError, match=r'must end in .pkl or .csv or .json'):
        read_proposals('boxes.txt')


def test_select_keeps_the_best_box_of_a_frame():
    boxes, scores = np.eye(3, 4, dtype=np.float32), np.array([0.3, 0.8, 0.6], np.float32)
    assert select(boxes, scores, 0.5, 9)[1].tolist() == pytest.approx([0.8, 0.6])
    assert select(boxes, scores, 0.9, 9)[1].tolist() == pytest.approx([0.8])
    assert select(boxes, scores, 0.5, 1)[1].tolist() == pytest.approx([0.8])
    assert len(select(boxes[:0], scores[:0], 0.5, 9)[0]) == 0


def test_label_maps(tmp_path):
    pbtxt = 'label {\n  name: "bend/bow (at the waist)"\n  label_id: 1\n  label_type: PERSON_MOVEMENT\n}\n'
    for name, text in (
        ('a.pbtxt', pbtxt + 'item {\n  name: "stand"\n  id: 12\n}\n'),
        ('b.txt', '1: bend/bow (at the waist)\n12: stand\n'),
    ):
        assert read_label_map(write(tmp_path / name, text)) == {1: 'bend/bow (at the waist)', 12: 'stand'}
    assert read_label_map(write(tmp_path / 'c.txt', 'left\nright\n')) == {1: 'left', 2: 'right'}
    with pytest.raises(InputError, match=r'has no names'):
        read_label_map(write(tmp_path / 'd.txt', '\n'))


def test_labels_are_numbers_or_names():
    parse = label_parser(['dark', 'bright'], 2, 0)
    assert [parse(text, 'x') for text in ('0', '1', 'bright')] == [0, 1, 1]
    assert label_parser(None, 80, 1)('80', 'x') == 79
    with pytest.raises(InputError, match=r"line 3: unknown label 'grey'; labels are numbers from 0 to 1, or one of"):
        parse('grey', 'a.csv, line 3')
    with pytest.raises(InputError, match=r"unknown label '0'; labels are numbers from 1 to 80"):
        label_parser(None, 80, 1)('0', 'x')


def test_videos_by_name(tmp_path):
    for name in ('movie.mkv', 'abcdefghijk_000012_000022.mp4', 'notes.txt'):
        (tmp_path / name).touch()
    found = index_videos(str(tmp_path))
    assert found['movie'].path.endswith('movie.mkv') and found['movie'].start is None
    assert found['abcdefghijk'].start == 12 and 'notes' not in found
    assert index_videos(str(tmp_path / 'nowhere')) == {}
