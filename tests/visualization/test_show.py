"""``mmaction_vt.show``: what it draws, and how a notebook displays it. IPython is not needed."""

import base64
import io
import re
import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from mmaction_vt import show
from mmaction_vt.apis import Prediction
from mmaction_vt.errors import InputError
from mmaction_vt.visualization import ActivationMaps, Explanation, read_clip


@pytest.fixture
def frames():
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (8, 24, 32, 3), dtype=np.uint8)


@pytest.fixture
def prediction(video):
    return Prediction(str(video), {'class': torch.tensor([0.25, 0.75])}, names={'class': ['left', 'right']})


@pytest.fixture
def notebook(monkeypatch):
    """A stand-in for IPython, as far as ``show`` uses it: the running cell, and what was displayed."""
    shell = SimpleNamespace(execution_count=1, displayed=[])
    module = ModuleType('IPython')
    module.get_ipython = lambda: shell
    module.display = SimpleNamespace(display=lambda data, raw: shell.displayed.append(data))
    monkeypatch.setitem(sys.modules, 'IPython', module)
    return shell


def picture_of(shown):
    data = re.search(r'src="data:image/gif;base64,([^"]+)"', shown._repr_html_())[1]
    return Image.open(io.BytesIO(base64.b64decode(data)))


def test_a_video_is_a_moving_picture(video, frames):
    shown = show(video)
    assert picture_of(shown).size == (400, 300)
    clip, fps = read_clip(video, 12)
    assert (len(shown.frames), shown.fps) == (len(clip), fps)
    assert picture_of(show(frames, width=64)).n_frames == 8
    assert np.array_equal(show(frames, width=32).frames, frames)
    assert np.array_equal(show(torch.from_numpy(frames).permute(0, 3, 1, 2), width=32).frames, frames)
    view = torch.from_numpy(frames).permute(3, 0, 1, 2)[None]
    assert np.array_equal(show(view, width=32).frames, frames)
    assert Image.open(io.BytesIO(show(frames)._repr_png_())).width == 800


def test_a_prediction_has_its_labels_below(prediction, frames):
    shown = show(prediction)
    assert shown.frames.shape[1:3] > (300, 400)
    assert 'square.mp4, right' in repr(shown) and 'alt="square.mp4, right"' in shown._repr_html_()
    assert show(frames, prediction._replace(video='frames (8, 24, 32, 3)')).frames.shape[0] == 8


def test_maps_are_drawn_over_the_frames_that_they_are_of(frames):
    maps = np.zeros((8, 3, 4), np.float32)
    maps[:, :, 2:] = 1
    for given in (maps, torch.from_numpy(maps), ActivationMaps(torch.from_numpy(maps)[None], None, None)):
        changed = (show(frames, given, width=32).frames != frames).any((0, 1, 3))
        assert not changed[:8].any() and changed[24:].all()
    explanation = Explanation(frames, np.ones((8, 24, 32), np.float32), 'left', 0.5, 'gradcam', 25.0)
    assert show(explanation).fps == 25
    assert show(frames, explanation).title == 'gradcam of left'


def test_refuses_what_it_cannot_draw(prediction, frames, video):
    with pytest.raises(InputError, match=r'expected a prediction, an explanation, the path .* got list'):
        show([frames])
    with pytest.raises(InputError, match=r'maps \(7, 3, 4\) are not one for each of 8 frames'):
        show(frames, np.zeros((7, 3, 4)))
    with pytest.raises(InputError, match=r'expected a prediction or maps .* got str'):
        show(frames, 'left')
    with pytest.raises(InputError, match=r'does not exist: give the video, too, as in show\(video, prediction\)'):
        show(prediction._replace(video='frames (8, 24, 32, 3)'))
    with pytest.raises(InputError, match='has no scores'):
        show(Prediction(str(video), None, 'cannot be read'))
    with pytest.raises(InputError, match='nothing else is drawn'):
        show(prediction, frames)
    with pytest.raises(InputError, match=r'uint8; got \(8, 24, 32, 3\) in float64'):
        show(frames / 255)
    with pytest.raises(InputError, match='width'):
        show(frames, width=3)
    with pytest.raises(InputError, match='fps'):
        show(frames, fps=0)


def test_outside_of_a_notebook_a_picture_is_only_returned(frames, tmp_path, capsys):
    shown = show(frames)
    shown.save(tmp_path / 'clip.gif')
    assert Image.open(tmp_path / 'clip.gif').n_frames == 8
    assert not shown.display() and capsys.readouterr().out == ''


def test_a_notebook_displays_it_once_in_a_cell(notebook, frames):
    shown = show(frames)
    (data,) = notebook.displayed
    assert '<img ' in data['text/html'] and base64.b64decode(data['image/png']).startswith(b'\x89PNG')
    shown._ipython_display_()  # the value of the cell
    assert len(notebook.displayed) == 1
    shown._ipython_display_()  # asked for again
    assert len(notebook.displayed) == 2
    show(frames)
    notebook.execution_count = 2
    shown._ipython_display_()  # the value of a later cell
    assert len(notebook.displayed) == 4


def test_long_videos_are_subsampled_and_sped_up(frames):
    shown = show(np.repeat(frames, 100, axis=0), width=32)
    assert len(shown.frames) == 60 and shown.fps == 4
