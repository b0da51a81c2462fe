"""From a file to clips: mmaction2's views, pixel for pixel, and no frame decoded twice."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.dataset import Compose
from mmengine.registry import init_default_scope
from videos import write_frames

from mmaction_vt.datasets.transforms import VideoToClips, video_to_clips
from mmaction_vt.datasets.transforms.geometry import RandomCrop, RandomResizedCrop, draw_length
from mmaction_vt.errors import BrokenVideoError, InputError

SAMPLING = dict(type='SampleFrames', clip_len=8, frame_interval=2, num_clips=3, test_mode=True)
INFO = dict(start_index=0, modality='RGB', label=0)


@pytest.fixture(params=[(90, 120), (120, 90), (64, 64)], ids=['wide', 'high', 'square'])
def path(request, tmp_path):
    init_default_scope('mmaction')
    rng = np.random.default_rng(0)
    blocks = rng.integers(0, 255, (30, 10, 10, 3), np.uint8)
    frames = np.stack([cv2.resize(block, request.param[::-1], interpolation=cv2.INTER_CUBIC) for block in blocks])
    return str(write_frames(tmp_path / 'v.mp4', frames))


def run(path, *steps):
    return Compose([*steps, dict(type='PackActionInputs')])(dict(INFO, filename=path))['inputs']


def stock(path, *steps):
    opening = [dict(type='DecordInit'), SAMPLING, dict(type='DecordDecode')]
    return run(path, *opening, *steps, dict(type='FormatShape', input_format='NCTHW'))


def clips(**options):
    return dict(type='mmaction_vt.VideoToClips', sampling=SAMPLING, **options)


def test_views_are_mmaction2s(path):
    resize = dict(type='Resize', scale=(-1, 48))
    three = stock(path, resize, dict(type='ThreeCrop', crop_size=48))
    assert three.shape == (9, 3, 8, 48, 48)
    assert torch.equal(run(path, clips(crop='three', short_side=48, size=48)), three)
    centre = stock(path, resize, dict(type='CenterCrop', crop_size=40))
    assert torch.equal(run(path, clips(crop='center', short_side=48, size=40)), centre)
    whole = stock(path, dict(type='Resize', scale=(40, 32), keep_ratio=False))
    assert torch.equal(run(path, clips(size=(32, 40))), whole)
    assert torch.equal(run(path, clips()), stock(path))
    flipped = run(path, clips(crop='center', short_side=48, size=40, flip=1.0))
    assert torch.equal(flipped, centre.flip(-1))


def test_frames_for_transforms_of_colours(path):
    as_frames = clips(crop='three', short_side=48, size=48, format='frames')
    made = run(path, as_frames, dict(type='FormatShape', input_format='NCTHW'))
    assert torch.equal(made, run(path, clips(crop='three', short_side=48, size=48)))


def test_random_crops_are_parts_of_the_resized_frame(path):
    frame = next(iter(video_to_clips.open_video(path).read(np.array([3]))))
    for seed in range(20):
        np.random.seed(seed)
        crop = RandomCrop((56, 70), (40, 48), inverse=seed % 2 == 0)
        plan = crop.plan(frame.shape[:2])
        found = plan.resize(frame)
        assert found.shape == (40, 48, 3)
        np.random.seed(seed)  # the same numbers, and the whole frame resized
        length = draw_length(*crop.range, crop.inverse)
        assert 56 <= length <= 70
        scale = length / min(frame.shape[:2])
        size = tuple(int(side * scale + 0.5) for side in frame.shape[:2])
        top, left = (np.random.randint(room + 1) for room in (size[0] - 40, size[1] - 48))
        whole = cv2.resize(frame, size[::-1])[top : top + 40, left : left + 48]
        assert np.abs(whole.astype(int) - found).mean() < 12  # at most half a pixel apart
        shifted = cv2.resize(frame, size[::-1])[:40, :48]
        if max(top, left) > 10:
            assert np.abs(whole.astype(int) - found).mean() < np.abs(shifted.astype(int) - found).mean()


def test_anchored_crops():
    plan = RandomCrop(50, 40, anchor=(1.0, 0.0)).plan((100, 200))
    assert plan.source == (0, 120, 80, 80) and plan.size == (40, 40)
    tops = {RandomCrop(50, 40, anchor=(0.5, 0.5), jitter=0.5).plan((100, 200)).source.top for _ in range(50)}
    assert len(tops) > 5 and min(tops) >= 0 and max(tops) <= 20


def test_random_resized_crops():
    np.random.seed(0)
    boxes = [RandomResizedCrop(32, (0.2, 0.5), (0.5, 2)).draw_box((100, 160)) for _ in range(200)]
    areas = np.array([box.height * box.width for box in boxes]) / 16000
    shapes = np.array([box.width / box.height for box in boxes])
    assert 0.19 < areas.min() < 0.25 and 0.45 < areas.max() < 0.51
    assert 0.48 < shapes.min() < 0.7 and 1.5 < shapes.max() < 2.05
    assert all(box.top + box.height <= 100 and box.left + box.width <= 160 for box in boxes)
    assert RandomResizedCrop(32, (0.9, 1.0), (3, 4)).draw_box((100, 160)) == (0, 30, 100, 100)


def test_decodes_each_frame_once_in_order(path, monkeypatch):
    asked, closed = [], []
    open_video = video_to_clips.open_video

    def spy(*args, **options):
        reader = open_video(*args, **options)
        read, close = reader.read, reader.close
        monkeypatch.setattr(reader, 'read', lambda frames: asked.append(frames.tolist()) or read(frames))
        monkeypatch.setattr(reader, 'close', lambda: closed.append(1) or close())
        return reader

    monkeypatch.setattr(video_to_clips, 'open_video', spy)
    assert run(path, clips()).shape[0] == 3
    (numbers,) = asked
    assert numbers == sorted(set(numbers)) and len(numbers) < 24
    assert closed == [1]


def test_segments_bytes_and_frames(path):
    init_default_scope('mmaction')
    sampling = dict(type='SampleFrames', clip_len=4, frame_interval=1, test_mode=True)
    transform = VideoToClips(sampling)
    part = transform(dict(INFO, filename=path, start_time=0.5, stop_time=0.8))
    assert part['frame_inds'].tolist() == [17, 18, 19, 20]  # the middle of frames 15 to 23
    content = Path(path).read_bytes()
    member = transform(dict(INFO, filename='shard.tar/v.mp4', video=content, start_time=0.5, stop_time=0.8))
    np.testing.assert_array_equal(member['imgs'], part['imgs'])
    frames = np.stack(list(video_to_clips.open_video(path).read(np.arange(15, 24))))
    array = transform(dict(INFO, filename='', array=frames))
    np.testing.assert_array_equal(array['imgs'], part['imgs'])


def test_folders_of_frames(path, tmp_path):
    frames = list(video_to_clips.open_video(path).read(np.arange(12)))
    for number, frame in enumerate(frames):
        cv2.imwrite(str(tmp_path / f'img_{number + 3:05}.png'), frame[..., ::-1])
    transform = VideoToClips(dict(type='SampleFrames', clip_len=4, frame_interval=2, test_mode=True))
    folder = dict(
        frame_dir=str(tmp_path), filename_tmpl='img_{:05}.png', total_frames=12, start_index=3, modality='RGB'
    )
    np.testing.assert_array_equal(transform(folder)['imgs'][0].transpose(1, 2, 3, 0), np.stack(frames[2:9:2]))
    (tmp_path / 'img_00007.png').write_bytes(b'nothing')
    with pytest.raises(BrokenVideoError, match=r'img_00007\.png is not an image'):
        transform(dict(folder))
    (tmp_path / 'img_00007.png').unlink()
    with pytest.raises(BrokenVideoError, match=r'img_00007\.png does not exist'):
        transform(dict(folder))


def test_remote_files(path, monkeypatch):
    asked = []

    def get(name):
        asked.append(name)
        return Path(path).read_bytes()

    monkeypatch.setattr(video_to_clips, 'get', get)
    found = run('s3://bucket/v.mp4', clips())
    assert asked == ['s3://bucket/v.mp4'] and torch.equal(found, run(path, clips()))


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(crop='five', size=4), 'random, anchored'),
        (dict(crop='center'), 'needs size'),
        (dict(format='NCHW'), 'NCTHW, frames'),
        (dict(crop='anchored', size=4), "crop 'anchored' and anchor"),
        (dict(crop='anchored', size=4, anchor=(2, 0)), r'in \[0, 1\]'),
        (dict(crop='center', short_side=32, size=40), 'a crop of 40x40 does not fit'),
        (dict(backend='ffmpeg'), 'pyav, '),
    ],
)
def test_refuses(path, options, message):
    with pytest.raises(InputError, match=message):
        run(path, clips(**options))
