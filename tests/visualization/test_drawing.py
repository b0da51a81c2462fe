"""Drawing: sizes, colours and files."""

import numpy as np
import pytest
from PIL import Image

from mmaction_vt.errors import InputError
from mmaction_vt.visualization import draw_gallery, draw_predictions, read_clip, write_clip
from mmaction_vt.visualization.draw.gallery import RIGHT, WRONG


def clip(length=4, height=30, width=40, value=90):
    return np.full((length, height, width, 3), value, np.uint8)


def has_colour(picture, colour):
    return bool((picture == np.array(colour, np.uint8)).all(-1).any())


def test_predictions_stand_under_the_video():
    out = draw_predictions(clip(), ['waving', 'a very long name of a class that does not fit anywhere'], [0.9, 0.1])
    assert out.shape[0] == 4 and out.shape[2] == 400
    assert (out[:, 10:290, 10:390] == 90).all()
    assert out.shape[1] > 300 and not (out[0, 305:] == out[0, -1, -1]).all()


def test_the_bar_of_time_grows():
    out = draw_predictions(clip(8), ['waving'], [1.0])
    lengths = [(frame[301] == frame[301, 0]).all(-1).sum() for frame in out]
    assert lengths == sorted(lengths) and lengths[-1] == 400


def test_gallery_says_what_is_right():
    out = draw_gallery([clip(2), clip(5)], ['left 99 %', 'right 51 %'], [True, False], columns=2, side=60)
    assert len(out) == 5
    assert has_colour(out, RIGHT) and has_colour(out, WRONG)
    assert not has_colour(draw_gallery([clip()], ['left'], [True]), WRONG)


@pytest.mark.parametrize('suffix', ['gif', 'mp4'])
def test_what_is_written_is_read(tmp_path, suffix):
    frames = np.stack([np.full((32, 48, 3), 20 * index, np.uint8) for index in range(8)])
    path = tmp_path / f'clip.{suffix}'
    write_clip(path, frames, 10)
    back, fps = read_clip(path)
    assert fps == pytest.approx(10, rel=0.05)
    assert back.shape == frames.shape
    assert np.abs(back.astype(int) - frames).max() <= 12


def test_gif_loops_and_keeps_its_time(tmp_path):
    write_clip(tmp_path / 'clip.gif', clip() + np.arange(4, dtype=np.uint8)[:, None, None, None] * 40, 12)
    with Image.open(tmp_path / 'clip.gif') as image:
        assert image.info['loop'] == 0 and image.info['duration'] == 80


def test_long_videos_are_thinned_out(tmp_path):
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
