"""tools/data/moving_shapes.py: seeded clips that only the order of frames tells apart, in files that are whole."""

import json
import subprocess
import sys
from pathlib import Path

import decord
import numpy as np
import pytest

SCRIPT = Path(__file__).parents[2] / 'tools' / 'data' / 'moving_shapes.py'
sys.path.insert(0, str(SCRIPT.parent))

import moving_shapes  # noqa: E402
from rendered_clips import LISTS  # noqa: E402

LABELS = {name: label for label, name in enumerate(moving_shapes.CLASSES)}
TINY = dict(train=9, val=8, size=32, frames=4, seed=3)


def run(*args):
    command = [sys.executable, str(SCRIPT), *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob('*') if path.is_file()}


def clips_of(label, count, frames=8):
    """Masks of clips of a class."""
    samples = range(label, count * len(moving_shapes.CLASSES), len(moving_shapes.CLASSES))
    return [moving_shapes.render(0, 'train', index, 48, frames)[1] for index in samples]


def centre(mask):
    """Centroid (x, y) of a mask."""
    return np.argwhere(mask).mean(0)[::-1]


@pytest.fixture(scope='module')
def data_set(tmp_path_factory):
    folder = tmp_path_factory.mktemp('moving_shapes') / 'data'
    assert moving_shapes.make_dataset(folder, workers=1, **TINY)
    return folder


def test_clip_depends_on_seed_split_and_index_only():
    clip, mask, label = moving_shapes.render(1, 'train', 5, 32, 4)
    moving_shapes.render(1, 'train', 6, 32, 4)
    again = moving_shapes.render(1, 'train', 5, 32, 4)
    assert clip.shape == (4, 32, 32, 3) and clip.dtype == np.uint8
    assert mask.shape == (4, 32, 32) and mask.dtype == bool
    assert label == 5
    assert np.array_equal(clip, again[0]) and np.array_equal(mask, again[1])
    for other in ((2, 'train', 5), (1, 'val', 5), (1, 'train', 13)):
        assert not np.array_equal(clip, moving_shapes.render(*other, 32, 4)[0])


@pytest.mark.parametrize('pair', range(4))
def test_a_class_is_its_opposite_played_backwards(pair, monkeypatch):
    """With the label's last bit flipped and nothing else, the same frames come in the opposite order."""
    forward = moving_shapes.render(0, 'train', 2 * pair, 32, 6)
    default_rng = np.random.default_rng
    monkeypatch.setattr(np.random, 'default_rng', lambda entropy: default_rng([*entropy[:2], 2 * pair]))
    backward = moving_shapes.render(0, 'train', 2 * pair + 1, 32, 6)
    assert (forward[2], backward[2]) == (2 * pair, 2 * pair + 1)
    assert np.array_equal(forward[0], backward[0][::-1])
    assert np.array_equal(forward[1], backward[1][::-1])


@pytest.mark.parametrize('pair', range(4))
def test_sets_of_frames_of_opposite_classes_have_equal_statistics(pair):
    count = 60
    statistics = []
    for label in (2 * pair, 2 * pair + 1):
        masks = clips_of(label, count, frames=4)
        centres = np.array([np.mean([centre(frame) for frame in mask], axis=0) for mask in masks])
        areas = np.array([[mask.mean(), mask.mean((1, 2)).std()] for mask in masks])
        statistics.append(np.concatenate([centres, areas], axis=1))
    first, second = statistics
    error = np.sqrt((first.var(0) + second.var(0)) / count)
    assert np.all(np.abs(first.mean(0) - second.mean(0)) < 4 * error)


@pytest.mark.parametrize(('name', 'axis', 'sign'), [('left', 0, -1), ('right', 0, 1), ('up', 1, -1), ('down', 1, 1)])
def test_object_moves_as_the_label_says(name, axis, sign):
    for mask in clips_of(LABELS[name], count=12):
        steps = np.diff([centre(frame) for frame in mask], axis=0)
        assert sign * steps[:, axis].sum() > 0.3 * mask.shape[-1]
        assert np.abs(steps[:, 1 - axis].sum()) < 0.2 * mask.shape[-1]


@pytest.mark.parametrize(('name', 'sign'), [('growing', 1), ('shrinking', -1)])
def test_object_changes_its_size_as_the_label_says(name, sign):
    for mask in clips_of(LABELS[name], count=12):
        areas = mask.sum((1, 2))
        assert np.all(sign * np.diff(areas) > 0)


@pytest.mark.parametrize(('name', 'sign'), [('clockwise', 1), ('counter-clockwise', -1)])
def test_object_turns_as_the_label_says(name, sign):
    """With y down, successive steps turn to positive angles on a clockwise path."""
    for mask in clips_of(LABELS[name], count=12):
        steps = np.diff([centre(frame) for frame in mask], axis=0)
        turns = steps[:-1, 0] * steps[1:, 1] - steps[:-1, 1] * steps[1:, 0]
        assert sign * turns.sum() > 0


def test_object_is_brighter_than_what_lies_behind_it():
    for index in range(16):
        clip, mask, _ = moving_shapes.render(0, 'val', index, 48, 4)
        luma = clip @ np.array([0.299, 0.587, 0.114])
        assert luma[mask].mean() > luma[~mask].mean() + 30


def test_files_and_lists(data_set):
    assert (data_set / 'labels.txt').read_text().split() == list(moving_shapes.CLASSES)
    meta = json.loads((data_set / 'meta.json').read_text())
    assert {key: meta[key] for key in TINY} == TINY
    for split in ('train', 'val'):
        lines = (data_set / f'{split}.txt').read_text().splitlines()
        assert len(lines) == TINY[split]
        for index, line in enumerate(lines):
            path, label = line.split()
            video = decord.VideoReader(str(data_set / path), num_threads=1)
            frames = video.get_batch(range(len(video))).asnumpy()
            clip, _, expected = moving_shapes.render(TINY['seed'], split, index, TINY['size'], TINY['frames'])
            assert int(label) == expected
            assert frames.shape == clip.shape
            assert np.abs(frames.astype(int) - clip).mean() < 12  # H.264 and colours at half the resolution


def test_compression_does_not_tell_the_order(tmp_path):
    """A clip written backwards decodes to the same frames backwards."""
    clip, _, _ = moving_shapes.render(0, 'train', 0, 64, 8)
    decoded = []
    for name, frames in (('forward', clip), ('backward', clip[::-1])):
        moving_shapes.write_video(frames, tmp_path / f'{name}.mp4')
        video = decord.VideoReader(str(tmp_path / f'{name}.mp4'), num_threads=1)
        assert len(video.get_key_indices()) == len(clip)
        decoded.append(video.get_batch(range(len(video))).asnumpy())
    assert np.array_equal(decoded[0], decoded[1][::-1])


def test_processes_do_not_change_the_files(data_set, tmp_path):
    assert moving_shapes.make_dataset(tmp_path / 'data', workers=2, **TINY)
    assert contents(tmp_path / 'data') == contents(data_set)


def test_interrupted_run_goes_on(data_set, tmp_path, monkeypatch):
    write_video, written = moving_shapes.write_video, []

    def write_three_and_a_half(clip, path):
        if len(written) == 3:
            path.with_name(f'{path.name}.part').write_bytes(b'half a file')
            raise KeyboardInterrupt
        written.append(path)
        write_video(clip, path)

    folder = tmp_path / 'data'
    monkeypatch.setattr(moving_shapes, 'write_video', write_three_and_a_half)
    with pytest.raises(KeyboardInterrupt):
        moving_shapes.make_dataset(folder, workers=1, **TINY)
    assert not any((folder / name).exists() for name in LISTS)

    def write_and_tell(clip, path):
        assert path not in written
        write_video(clip, path)

    monkeypatch.setattr(moving_shapes, 'write_video', write_and_tell)
    assert moving_shapes.make_dataset(folder, workers=1, **TINY)
    assert contents(folder) == contents(data_set)


def test_finished_data_set_is_left_alone(data_set):
    before = {path: path.stat().st_mtime_ns for path in data_set.rglob('*')}
    arguments = [f'--{key}={value}' for key, value in TINY.items()]
    finished = run(data_set, *arguments)
    assert finished.returncode == 0 and 'complete already' in finished.stdout
    assert before == {path: path.stat().st_mtime_ns for path in data_set.rglob('*')}


def test_other_arguments_are_refused_unless_overwritten(tmp_path):
    folder = tmp_path / 'data'
    small = dict(TINY, train=1, val=1)
    moving_shapes.make_dataset(folder, workers=1, **small)
    before = contents(folder)
    other = dict(small, seed=4)
    with pytest.raises(FileExistsError, match=r'seed 3, not 4.*--overwrite'):
        moving_shapes.make_dataset(folder, workers=1, **other)
    assert contents(folder) == before
    assert moving_shapes.make_dataset(folder, workers=1, overwrite=True, **other)
    assert contents(folder)['train/left/000000.mp4'] != before['train/left/000000.mp4']


@pytest.mark.parametrize('overwrite', [False, True])
def test_folder_with_other_things_is_refused(tmp_path, overwrite):
    (tmp_path / 'thesis.tex').write_text('years of work')
    with pytest.raises(FileExistsError, match='is not this data set'):
        moving_shapes.make_dataset(tmp_path, overwrite=overwrite, **TINY)
    (tmp_path / 'meta.json').write_text('{"data_set": "mine"}')
    with pytest.raises(FileExistsError, match='is not this data set'):
        moving_shapes.make_dataset(tmp_path, overwrite=overwrite, **TINY)
    assert len(contents(tmp_path)) == 2


@pytest.mark.parametrize(
    ('argument', 'message'),
    [
        ('--size=33', 'size must be even'),
        ('--size=8', 'size must be at least 32, not 8'),
        ('--frames=1', 'frames'),
        ('--train=0', 'train'),
        ('--val=-1', 'val'),
        ('--seed=-1', 'seed'),
        ('--workers=0', 'workers'),
    ],
)
def test_bad_arguments_are_told_in_one_sentence(tmp_path, argument, message):
    refused = run(tmp_path / 'data', argument)
    assert refused.returncode != 0
    assert message in refused.stderr and len(refused.stderr.splitlines()) == 1
    assert not (tmp_path / 'data').exists()


def test_unknown_split_is_refused():
    with pytest.raises(ValueError, match='test'):
        moving_shapes.render(0, 'test', 0, 32, 4)
