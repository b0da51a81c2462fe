"""Segments as CSV, WebVTT and CMX 3600."""

import csv
import io
import json
import re

import pytest

from mmaction_vt.segments import Segment, csv_of, edl_of, json_lines, webvtt_of

SEGMENTS = [Segment(0.5, 2.25, 'pick up, <turn> & drop', 3, 0.91234), Segment(3725.0, 3727.5, 'jump\nhigh', 1, 0.5)]


def test_csv_has_a_row_for_each_segment():
    first, second = csv.DictReader(io.StringIO(csv_of(SEGMENTS)))
    assert (first['start'], first['end'], first['label'], first['score']) == (
        '0.5',
        '2.25',
        SEGMENTS[0].label,
        '0.9123',
    )
    assert second['label'] == 'jump\nhigh' and second['class_index'] == '1'


def test_webvtt():
    lines = webvtt_of(SEGMENTS).split('\n')
    assert lines[:2] == ['WEBVTT', '']
    assert lines[3:5] == ['00:00:00.500 --> 00:00:02.250', 'pick up, &lt;turn&gt; &amp; drop (91 %)']
    assert '01:02:05.000 --> 01:02:07.500' in lines and 'jump high (50 %)' in lines


@pytest.mark.parametrize(('fps', 'end'), [(24, '00:00:02:06'), (25, '00:00:02:06'), (29.97, '00:00:02:07')])
def test_an_edit_decision_list_counts_frames(fps, end):
    text = edl_of(SEGMENTS, 'films/long film.mp4', fps)
    title, mode, _, event, name, comment, *_ = text.split('\n')
    assert (title, mode) == ('TITLE: long film', 'FCM: NON-DROP FRAME')
    number, reel, track, cut, *codes = event.split()
    assert (number, reel, track, cut) == ('001', 'AX', 'V', 'C')
    assert codes[:2] == codes[2:] and codes[1] == end
    assert name == '* FROM CLIP NAME: long film.mp4' and '91 %' in comment
    events = [line for line in text.split('\n') if re.match(r'\d{3} ', line)]
    assert len(events) == 2 and events[1].startswith('002  AX       V     C        ')


def test_json_is_whole_with_and_without_rows():
    found = json.loads(''.join(json_lines(dict(video='a.mp4'), SEGMENTS, [dict(start=0), dict(start=1)])))
    assert [row['label'] for row in found['segments']] == [segment.label for segment in SEGMENTS]
    assert found['windows'] == [dict(start=0), dict(start=1)]
    assert json.loads(''.join(json_lines(dict(video='a.mp4'), [], [])))['segments'] == []
