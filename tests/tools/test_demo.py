"""demo/demo.py on a video that the test makes."""

import av
import pytest
import torch
from PIL import Image

from mmaction_vt import init_recognizer


@pytest.fixture
def arguments(tiny_config, video, tmp_path):
    model = init_recognizer(tiny_config)
    torch.save({'state_dict': model.state_dict()}, tmp_path / 'model.pth')
    (tmp_path / 'labels.txt').write_text('standing still\nmoving\n')
    return [tiny_config, tmp_path / 'model.pth', video, '--label-file', tmp_path / 'labels.txt']


def test_prints_labels_and_writes_a_gif(arguments, run_program, tmp_path):
    out = run_program('demo/demo.py', *arguments, '--out-filename', tmp_path / 'out.gif')
    assert 'standing still' in out and 'moving' in out
    with Image.open(tmp_path / 'out.gif') as image:
        assert image.n_frames > 10 and image.info['loop'] == 0 and image.size[0] == 400


def test_writes_a_video(arguments, run_program, tmp_path):
    run_program('demo/demo.py', *arguments, '--out-filename', tmp_path / 'out.mp4')
    with av.open(str(tmp_path / 'out.mp4')) as container:
        frames = list(container.decode(video=0))
    assert len(frames) > 10 and frames[0].width == 400


def test_bad_input(arguments, run_program, tmp_path, video):
    assert '.gif or .mp4' in run_program('demo/demo.py', *arguments, '--out-filename', 'out.jpg', fails=True)
    no_video = [*arguments[:2], tmp_path / 'no.mp4', *arguments[3:]]
    assert 'no.mp4 does not exist' in run_program('demo/demo.py', *no_video, fails=True)
    half = tmp_path / 'half.mp4'
    half.write_bytes(video.read_bytes()[:600])
    assert 'half.mp4' in run_program('demo/demo.py', *arguments[:2], half, fails=True)
    (tmp_path / 'labels.txt').write_text('one\ntwo\nthree\n')
    assert 'got 3 class names, expected 2' in run_program('demo/demo.py', *arguments, fails=True)
    assert 'no.txt does not exist' in run_program('demo/demo.py', *arguments[:4], tmp_path / 'no.txt', fails=True)
