"""Clips are written as GIFs and videos, and read again."""

import numpy as np
import pytest
from PIL import Image

from mmaction_vt.errors import InputError
from mmaction_vt.visualization import read_clip, write_clip


def clip(length=4, height=30, width=40, value=90):
    return np.full((length, height, width, 3), value, np.uint8)


@pytest.mark.parametrize('suffix', ['gif', 'mp4'])
def test_round_trip(tmp_path, suffix):
    frames = np.stack([np.full((32, 48, 3), 20 * index, np.uint8) for index in range(8)])
    path = tmp_path / f'clip.{suffix}'
    write_clip(path, frames, 10)
    back, fps = read_clip(path)
    assert fps == pytest.approx(10, rel=0.05)
    assert back.shape == frames.shape
    assert np.abs(back.astype(int) - frames).max() <= 12


def test_gif_loops_and_keeps_the_frame_rate(tmp_path):
    write_clip(tmp_path / 'clip.gif', clip() + np.arange(4, dtype=np.uint8)[:, None, None, None] * 40, 12)
    with Image.open(tmp_path / 'clip.gif') as image:
        assert image.info['loop'] == 0 and image.info['duration'] == 80


def test_long_videos_are_subsampled(tmp_path):
    write_clip(tmp_path / 'clip.mp4', np.concatenate([clip(), clip(value=200)] * 10), 20)
    frames, fps = read_clip(tmp_path / 'clip.mp4', fps=10)
    assert len(frames) == 40 and fps == pytest.approx(10)
    assert len(read_clip(tmp_path / 'clip.mp4', most=7)[0]) <= 8


def test_refuses_other_formats_and_other_files(tmp_path):
    with pytest.raises(InputError, match=r'\.gif or \.mp4'):
        write_clip(tmp_path / 'clip.webm', clip(), 10)
    (tmp_path / 'text.mp4').write_text('not a video')
    with pytest.raises(InputError, match=r'text\.mp4'):
        read_clip(tmp_path / 'text.mp4')
