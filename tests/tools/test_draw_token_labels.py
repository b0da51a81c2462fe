"""Pictures of token labels: colours are where the labels are."""

import numpy as np
import pytest
import torch
from mmengine.config import Config
from PIL import Image
from tiny_models import recognizer
from videos import write_frames

from mmaction_vt import init_recognizer
from mmaction_vt.visualization.draw.token_labels import COLOURS, REST, draw_token_labels


def test_colours_of_tokens():
    frames = np.zeros((4, 8, 8, 3), np.uint8)
    classes = np.array([[[2, 2], [2, 0]], [[2, 1], [2, 2]]])
    out = draw_token_labels(frames, classes, np.ones((2, 2, 2)), ['a', 'b', 'c'], width=32, alpha=1.0, most=2)
    assert out.shape[0] == 4 and out.shape[2] == 64
    assert (out[:, :32, :32] == 0).all()  # the frames alone
    assert (out[0, 8, 40] == COLOURS[0]).all() and (out[3, 8, 40] == COLOURS[0]).all()
    assert (out[1, 24, 56] == COLOURS[1]).all()  # class 0, in both frames of the first time
    assert (out[2, 8, 56] == REST).all()  # class 1 has no colour of its own
    pale = draw_token_labels(frames, classes, np.full((2, 2, 2), 0.5), ['a', 'b', 'c'], width=32, alpha=1.0)
    assert 0 < pale[0, 8, 40].max() < max(COLOURS[0])


@pytest.fixture
def draw(tiny_config, run_program, tmp_path):
    settings = dict(model=recognizer(2))
    torch.save({'state_dict': init_recognizer(settings).state_dict()}, tmp_path / 'teacher.pth')
    config = Config.fromfile(tiny_config)
    Config(dict(settings, test_pipeline=config.test_pipeline, default_scope='mmaction')).dump(tmp_path / 'teacher.py')
    write_frames(tmp_path / 'v.mp4', np.random.default_rng(0).integers(0, 255, (12, 48, 64, 3), np.uint8))

    def run(*options, out='out.gif', fails=False):
        args = [tmp_path / 'teacher.py', tmp_path / 'teacher.pth', tmp_path / 'v.mp4', '--out-filename', tmp_path / out]
        return run_program('tools/analysis/draw_token_labels.py', *args, '--overwrite', *options, fails=fails)

    return run


def test_draws_a_video(draw, tmp_path):
    draw('--target-resolution', 64)
    with Image.open(tmp_path / 'out.gif') as picture:
        assert picture.n_frames == 4 and picture.width == 128
    draw(out='out.png')
    assert Image.open(tmp_path / 'out.png').width == 1024
    assert 'must end in .gif or .mp4 or .png' in draw(out='out.txt', fails=True)
    assert '--fps must be positive' in draw('--fps', 0, fails=True)
    (tmp_path / 'names.txt').write_text('one\n')
    assert 'got 1 class names, expected 2' in draw('--label-file', tmp_path / 'names.txt', fails=True)
