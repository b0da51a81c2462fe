"""Boxes that are followed by their overlap."""

import numpy as np
import pytest

from mmaction_vt.apis.box_tracks import BoxTracks, Track, score_tracks

LEFT, RIGHT = np.array([0.1, 0.1, 0.3, 0.5]), np.array([0.6, 0.1, 0.8, 0.5])


def numbers(tracks, *boxes):
    return [track.number for track in tracks.update(np.array(boxes).reshape(-1, 4))]


def test_moving_boxes_keep_their_numbers_in_whatever_order():
    tracks = BoxTracks()
    assert numbers(tracks, LEFT, RIGHT) == [1, 2]
    for step in range(1, 10):
        shift = np.array([0.02 * step, 0, 0.02 * step, 0])
        moved = LEFT + shift, RIGHT - shift
        assert numbers(tracks, *moved) == [1, 2] and numbers(tracks, *moved[::-1]) == [2, 1]


def test_a_track_survives_a_gap_and_ends():
    tracks = BoxTracks(patience=2)
    assert numbers(tracks, LEFT) == [1]
    assert numbers(tracks) == numbers(tracks) == []
    assert numbers(tracks, LEFT) == [1]
    for _ in range(3):
        numbers(tracks)
    assert numbers(tracks, LEFT) == [2]


def test_one_track_has_one_box():
    tracks = BoxTracks()
    numbers(tracks, LEFT)
    assert numbers(tracks, LEFT + 0.01, LEFT) == [2, 1]


def test_labels_do_not_flicker():
    track = Track(1, LEFT)
    shown = []
    for score in (0.9, 0.3, 0.9, 0.3, 0.1, 0.1):
        score_tracks([track], np.array([[score, 0.0]]), 0.5)
        shown.append([index for index, _ in track.labels(5)])
    assert shown == [[0], [0], [0], [0], [], []]


@pytest.mark.parametrize('most', [1, 2])
def test_the_best_labels_come_first(most):
    track = Track(1, LEFT)
    assert track.labels(5) == []
    track.score(np.array([0.6, 0.2, 0.9]), 0.5)
    assert track.labels(most) == [(2, 0.9), (0, 0.6)][:most]
