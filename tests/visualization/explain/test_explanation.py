"""A map of a video in one call."""

import numpy as np
import pytest
import torch
from mmengine.config import Config

from mmaction_vt import VideoInferencer
from mmaction_vt.errors import InputError
from mmaction_vt.visualization import clip_maps, read_clip
from mmaction_vt.visualization.explain.maps import resize_maps
from mmaction_vt.visualization.explain.model_input import as_frames, pick_view, prepare, read_views


@pytest.fixture
def recognise(tiny_config):
    torch.manual_seed(0)
    return VideoInferencer(Config.fromfile(tiny_config), labels=['left', 'right'])


@pytest.mark.parametrize('view', [None, 0])
def test_equals_the_steps(recognise, video, view):
    explanation = recognise.explain(video, method='layercam', view=view)
    seen = pick_view(read_views(recognise.model.cfg, video), view)
    maps, scores, categories = clip_maps(recognise.model, prepare(recognise.model, seen), 'layercam')
    frames = explanation.frames
    assert frames.shape == (4, 256, 256, 3) and frames.dtype == np.uint8
    small = frames.reshape(4, 32, 8, 32, 8, 3).mean((2, 4))  # the same view in finer pixels
    assert np.abs(small - as_frames(seen)).mean() < 8
    np.testing.assert_allclose(explanation.maps, resize_maps(maps, (4, 256, 256))[0], atol=1e-6)
    assert explanation.label == ['left', 'right'][categories[0]]
    assert explanation.score == pytest.approx(scores.softmax(1).max().item())
    assert explanation.fps == pytest.approx(25)
    assert explanation.label in repr(explanation) and len(repr(explanation)) < 100


def test_the_class_by_name_or_index(recognise, video):
    by_name, by_index = (recognise.explain(video, category=category) for category in ('right', 1))
    assert by_name.label == by_index.label == 'right'
    assert np.array_equal(by_name.maps, by_index.maps)
    with pytest.raises(InputError, match="category 'rigth' is not a class: did you mean 'right'"):
        recognise.explain(video, category='rigth')
    recognise.labels = None
    assert recognise.explain(video, category=1).label == 'class 1'
    with pytest.raises(InputError, match='needs class names'):
        recognise.explain(video, category='right')


def test_frames_in_memory(recognise, video):
    frames, _ = read_clip(video)
    from_file, from_memory = recognise.explain(video), recognise.explain(frames)
    assert np.array_equal(from_file.frames, from_memory.frames)
    np.testing.assert_allclose(from_file.maps, from_memory.maps, atol=1e-6)


def test_what_cannot_be_explained(recognise, video, tmp_path):
    with pytest.raises(InputError, match=r'nowhere\.mp4 does not exist'):
        recognise.explain(tmp_path / 'nowhere.mp4')
    with pytest.raises(InputError, match='unknown method'):
        recognise.explain(video, method='saliency')
    with pytest.raises(InputError, match='expected the path of a video or frames'):
        recognise.explain([video])
