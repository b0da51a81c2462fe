"""tools/data/motion_capture.py: seeded clips of a person, with masks that cover the person."""

import json
import sys

import av
import numpy as np
import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / 'tools' / 'data'))

import motion_capture
from encoding import write_frames
from people import body, scene
from people.humanoid import ACTIONS, data_folder

from mmaction_vt.class_names import read_class_names
from mmaction_vt.errors import InputError

TINY = dict(train=2, val=1, size=32, frames=3, rate=2.0, seed=3)


def test_classes_are_those_of_the_package():
    assert ACTIONS == read_class_names('people') == tuple(sorted(ACTIONS))


def test_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr('people.humanoid.find_spec', lambda name: None)
    with pytest.raises(InputError, match=r'pip install "mmaction_vt\[people\]"'):
        motion_capture.make_dataset(tmp_path / 'data', workers=1, **TINY)
    assert not (tmp_path / 'data').exists()


def test_colours_and_views_of_validation_do_not_occur_in_training():
    rng = np.random.default_rng(0)
    hues, azimuths = (
        {split: np.array([draw(rng, split) for _ in range(500)]) for split in ('train', 'val')}
        for draw in (body.draw_hue, scene.draw_azimuth)
    )
    hue_gap = np.abs(hues['train'][:, None] - hues['val'] + np.array([[-1], [0], [1]])[:, None]).min()
    assert hue_gap > 0.005
    for mirror in (1, -1):  # training may flip clips
        apart = np.abs((mirror * azimuths['train'][:, None] - azimuths['val'] + 180) % 360 - 180)
        assert apart.min() > 3


def test_bad_arguments_are_refused(tmp_path):
    for options, message in ((dict(size=33), 'even'), (dict(size=8), 'at least 32'), (dict(frames=1), 'frames')):
        with pytest.raises(InputError, match=message):
            motion_capture.make_dataset(tmp_path, **{**TINY, **options})
    (tmp_path / 'thesis.tex').write_text('years of work')
    pytest.importorskip('pybullet_data')
    with pytest.raises(InputError, match='is not this data set'):
        motion_capture.make_dataset(tmp_path, **TINY)


@pytest.fixture(scope='module')
def render():
    pytest.importorskip('pybullet')
    from people.render import render

    return render


def test_every_action_is_a_file_of_pybullet():
    pytest.importorskip('pybullet_data')
    files = (data_folder() / 'data' / 'motions').glob('humanoid3d_*.txt')
    assert sorted(path.stem.removeprefix('humanoid3d_') for path in files) == list(ACTIONS)


def test_clip_depends_on_its_arguments_only(render):
    clip = render(1, 'train', 5, 32, 3, 2.0)
    render(1, 'train', 6, 32, 3, 2.0)
    again = render(1, 'train', 5, 32, 3, 2.0)
    assert clip.frames.shape == (3, 32, 32, 3) and clip.frames.dtype == np.uint8
    assert clip.masks.shape == (3, 32, 32) and clip.masks.dtype == bool and clip.label == 5
    assert all(np.array_equal(one, other) for one, other in zip(clip, again, strict=True))
    for other in ((2, 'train', 5), (1, 'val', 5), (1, 'train', 20)):
        assert not np.array_equal(clip.frames, render(*other, 32, 3, 2.0).frames)
    with pytest.raises(ValueError, match='unknown split'):
        render(1, 'test', 5, 32, 3, 2.0)


@pytest.mark.parametrize('index', range(15))
def test_masks_cover_the_person(render, index):
    """Joints lie in the picture and on the mask, and hardly anything else does."""
    clip = render(0, 'val', index, 64, 4, 2.0)
    rows, columns = np.indices((64, 64)) + 0.5
    for mask, joints in zip(clip.masks, clip.joints, strict=True):
        assert (joints > 0).all() and (joints < 64).all()
        distance = np.hypot(rows - joints[:, 1, None, None], columns - joints[:, 0, None, None])
        assert np.mean([mask[near < 2].any() for near in distance]) > 0.9
        reach = 0.4 * np.ptp(joints, axis=0).max() + 4
        assert (distance.min(0)[mask] < reach).all()
        assert 0.005 < mask.mean() < 0.5


def test_same_clip_in_more_pixels(render):
    small, large = (render(0, 'train', 3, size, 2, 2.0) for size in (32, 64))
    assert np.allclose(2 * small.joints, large.joints)
    assert np.abs(small.frames.mean() - large.frames.mean()) < 5


def test_people_are_brighter_or_darker_than_the_place(render):
    clips = [render(0, 'train', index, 48, 2, 2.0) for index in range(24)]
    greys = [clip.frames @ np.array(body.LUMA) for clip in clips]
    pairs = zip(clips, greys, strict=True)
    contrast = np.array([grey[clip.masks].mean() - grey[~clip.masks].mean() for clip, grey in pairs])
    assert (np.abs(contrast) > 30).all()
    assert 6 <= (contrast > 0).sum() <= 18


@pytest.mark.parametrize('action', ACTIONS)
def test_clips_show_what_the_name_says(render, action):
    """The height of a motion that has one is in every clip, whenever it begins; other clips begin anywhere."""
    from people.humanoid import HEIGHTS, draw_start, read_motion

    rng, motion = np.random.default_rng(0), read_motion(action)
    for length in np.linspace(1.5, 2.6, 50):
        start = draw_start(rng, action, length)
        assert start < HEIGHTS.get(action, np.inf) < start + length or action not in HEIGHTS
        assert motion.repeats or 0 <= start <= max(motion.seconds - length, 0)
    assert len({round(draw_start(rng, action, 1.0), 6) for _ in range(9)}) > 6


def test_people_move(render):
    """A walk is a cycle, goes forward, and stands on the ground."""
    from people.humanoid import pose, read_motion

    walk = read_motion('walk')
    positions, rotations = pose(walk, np.linspace(0, 2 * walk.seconds, 41))
    assert np.allclose(np.linalg.norm(rotations, axis=-1), 1)
    assert np.allclose(positions[20] - positions[0], positions[40] - positions[20], atol=1e-6)  # a cycle, repeated
    assert positions[-1, 0, 0] - positions[0, 0, 0] > 2
    ground = positions[..., 1].min()
    assert 0 < ground < 0.15


def test_files_and_lists(tmp_path):
    pytest.importorskip('pybullet')
    folder = tmp_path / 'data'
    assert motion_capture.make_dataset(folder, workers=1, masks=True, **TINY)
    assert not motion_capture.make_dataset(folder, workers=1, masks=True, **TINY)
    assert (folder / 'labels.txt').read_text().split() == list(ACTIONS)
    assert (folder / 'train.txt').read_text() == 'train/backflip/000000.mp4 0\ntrain/cartwheel/000001.mp4 1\n'
    assert json.loads((folder / 'meta.json').read_text())['seed'] == 3
    with av.open(str(folder / 'val' / 'backflip' / '000000.mp4')) as container:
        frames = [frame.to_ndarray(format='rgb24') for frame in container.decode(video=0)]
        assert float(container.streams.video[0].average_rate) == 2
    with np.load(folder / 'masks' / 'val' / 'backflip' / '000000.npz') as truth:
        assert truth['masks'].shape == (3, 32, 32) and truth['joints'].shape == (3, 15, 2)
    from people.render import render

    clip = render(3, 'val', 0, 32, 3, 2.0)
    assert np.abs(np.stack(frames).astype(int) - clip.frames).mean() < 12


def test_the_same_frames_are_the_same_file(render, tmp_path):
    """Whatever was in memory before: the encoder must not depend on it."""
    clips = [render(0, 'train', index, 96, 16, 8.0).frames for index in range(3)]
    files = [set() for _ in clips]
    rng = np.random.default_rng(0)
    for turn in range(4):
        for part in rng.permutation(len(clips)):
            write_frames(clips[part], tmp_path / 'clip.mp4', 8.0, 20)
            files[part].add((tmp_path / 'clip.mp4').read_bytes())
            np.full(int(rng.integers(1, 400_000)), turn, np.uint8)
    assert [len(contents) for contents in files] == [1, 1, 1]
