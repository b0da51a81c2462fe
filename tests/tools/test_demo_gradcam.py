import numpy as np
import pytest
from PIL import Image
from videos import write_frames

from mmaction_vt.visualization.explain import model_input


@pytest.fixture
def demo(tiny_config, video, run_program, tmp_path):
    def run(*options, source=video, out='map.gif', fails=False):
        args = [tiny_config, 'none', source, '--out-filename', tmp_path / out, '--overwrite', *options]
        return run_program('demo/demo_gradcam.py', *args, fails=fails)

    return run


def test_writes_clips_and_sheets(demo, tmp_path):
    (tmp_path / 'labels.txt').write_text('left\nright\n')
    options = ['--label-file', tmp_path / 'labels.txt', '--target-category', 'right', '--beside', '--view', 0]
    assert 'right: ' in demo(*options, '--target-resolution', 64)
    with Image.open(tmp_path / 'map.gif') as picture:
        assert picture.n_frames == 4 and picture.width == 128 and picture.info['loop'] == 0
    assert 'layercam, backbone/blocks/0' in demo(
        '--method', 'layercam', '--target-layer-name', 'backbone/blocks/0', out='map.png'
    )
    assert Image.open(tmp_path / 'map.png').width == 4 * 256
    demo(out='map.mp4')
    assert (tmp_path / 'map.mp4').stat().st_size > 0


def test_a_folder_of_frames(demo, tmp_path):
    (tmp_path / 'frames').mkdir()
    for index in range(12):
        Image.fromarray(np.full((48, 64, 3), 20 * index, np.uint8)).save(tmp_path / 'frames' / f'{index:02}.png')
    demo('--use-frames', source=tmp_path / 'frames')
    assert (tmp_path / 'map.gif').exists()
    (tmp_path / 'empty').mkdir()
    assert 'has no frames' in demo('--use-frames', source=tmp_path / 'empty', fails=True)


def test_refuses_what_it_cannot_draw(demo, tmp_path):
    assert 'must end in .gif or .mp4 or .png' in demo(out='map.txt', fails=True)
    assert "unknown --method 'saliency'" in demo('--method', 'saliency', fails=True)
    assert 'TimeSformer with attention_type divided_space_time has no traj' in demo(
        '--method', 'trajectory', fails=True
    )
    assert '--point and --frame are for' in demo('--point', '3,4', fails=True)
    assert 'two numbers' in demo('--method', 'trajectory', '--point', '3', fails=True)
    assert '--grid must be at least 1' in demo('--method', 'trajectory', '--grid', 0, fails=True)
    assert 'at least 16 pixels' in demo('--target-resolution', 2, fails=True)
    assert 'nowhere.mp4 does not exist' in demo(source=tmp_path / 'nowhere.mp4', fails=True)
    assert 'unknown layer backbone/blocks/7' in demo('--target-layer-name', 'backbone/blocks/7', fails=True)
    assert 'is not a class of the model, 0 to 1' in demo('--target-category', 2, fails=True)
    assert 'give labels (--label-file)' in demo('--target-category', 'left', fails=True)
    assert 'view 6 is not one of the 6 views' in demo('--view', 6, fails=True)
    assert 'unknown colormap' in demo('--colormap', 'rainbows', fails=True)


def test_attention(demo):
    assert 'rollout, all layers' in demo('--method', 'rollout')
    assert 'attention, the last block' in demo('--method', 'attention', '--head', 1)


def test_trajectories(demo, tiny_config, tmp_path):
    text = tiny_config.read_text().replace('mmaction_vt.TimeSformer', 'mmaction_vt.Motionformer')
    tiny_config.write_text(text)
    motionformer = ['--method', 'trajectory', '--target-resolution', 64]
    assert 'trajectory, backbone/blocks/0' in demo(*motionformer, out='grid.png')
    demo(*motionformer, '--point', '8,20', '--frame', 0, '--beside')
    with Image.open(tmp_path / 'map.gif') as picture:
        assert picture.n_frames == 4 and picture.width == 128


def test_a_video_shorter_than_a_clip(demo, tmp_path, monkeypatch):
    told = []
    monkeypatch.setattr(model_input, 'print_log', lambda text, *_: told.append(text))
    short = write_frames(tmp_path / 'short.mp4', np.zeros((3, 48, 64, 3), np.uint8))
    demo(source=short)
    assert told == [f'{short} has 3 frames, fewer than the 4 of a clip: frames are repeated']
    with Image.open(tmp_path / 'map.gif') as picture:
        assert picture.n_frames >= 1
