"""Features of videos are those of ``backbone()`` for the clips that a test reads, at every level, in any process."""

import numpy as np
import pytest
import torch
from mmengine.config import Config
from tiny_models import one_block, recognizer
from videos import write_video

from mmaction_vt import FeatureExtractor
from mmaction_vt.errors import InputError
from mmaction_vt.features import windows as windows_module
from mmaction_vt.visualization.explain.model_input import prepare, read_views

MODELS = {
    'TimeSformer': one_block('TimeSformer'),
    'Motionformer': one_block('Motionformer'),
    **{
        f'ViViT {name}': one_block('ViViT', attention_type=name)
        for name in ('joint', 'factorised_encoder', 'factorised_self_attention', 'factorised_dot_product')
    },
    'DualFormer': recognizer(3),
}


def config_of(model='TimeSformer', num_clips=2, crop='three', interval=1):
    sampling = dict(type='SampleFrames', clip_len=4, frame_interval=interval, num_clips=num_clips, test_mode=True)
    pipeline = [
        dict(type='mmaction_vt.VideoToClips', sampling=sampling, crop=crop, short_side=32, size=32),
        dict(type='PackActionInputs'),
    ]
    return Config(dict(model=MODELS[model], test_pipeline=pipeline))


def extractor(config=None, **options):
    torch.manual_seed(0)
    made = FeatureExtractor(config or config_of(), device='cpu', **options)
    for parameter in made.model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return made


@pytest.fixture(scope='module')
def videos(tmp_path_factory):
    """Videos of 22 frames at 10 frames a second, 9 frames at 30, and 3 frames, which are fewer than a clip."""
    folder = tmp_path_factory.mktemp('videos')
    sizes = {'long': (22, 10), 'short': (9, 30), 'three': (3, 30)}
    return [str(write_video(folder / f'{name}.mp4', *size)) for name, size in sizes.items()]


def backbone_of(extract, views):
    with torch.no_grad():
        return extract.model.backbone(prepare(extract.model, views))


def frames_of(path, numbers):
    """Views (1, 3, T, 32, 32) of the centre of some frames, as the pipeline reads them."""
    config = config_of(num_clips=1, crop='center')
    config.test_pipeline[0].sampling = dict(type='mmaction_vt.SampleFrames', clip_len=22, test_mode=True)
    return read_views(config, path)[:, :, numbers]


@pytest.mark.parametrize('model', MODELS)
def test_clips_are_those_of_a_test(model, videos):
    extract = extractor(config_of(model))
    expected = backbone_of(extract, read_views(extract.model.cfg, videos[0]))
    expected = expected.mean((2, 3, 4)) if expected.ndim == 5 else expected
    assert len(expected) == 6
    found = extract(videos[0])
    torch.testing.assert_close(found.features, expected.mean(0), atol=1e-6, rtol=0)
    assert (found.fps, found.num_frames) == (10, 22) and found.times.tolist() == [[0, 2.2]]

    extract.views = 'all'
    found = extract(videos[0])
    torch.testing.assert_close(found.features, expected, atol=1e-6, rtol=0)
    spans = [[0, 0.4], [1.8, 2.2]]
    assert found.times.tolist() == pytest.approx(np.array(spans * 3))
    extract.views = 'middle'
    torch.testing.assert_close(extract(videos[0]).features, expected[3], atol=1e-6, rtol=0)


def test_maps_of_clips_keep_their_views(videos):
    extract = extractor(pool='map')
    assert extract(videos[0]).features.shape == (6, 32, 4, 2, 2)
    assert extractor(pool='map', views='middle')(videos[0]).features.shape == (32, 4, 2, 2)
    with pytest.raises(InputError, match='have no mean: set views to all or middle'):
        extractor(pool='map', views='mean')


@pytest.mark.parametrize('workers', [0, 1])
def test_windows_are_clips_of_their_frames(videos, workers):
    config = config_of(crop='center', interval=2)
    config.test_pipeline[0].sampling.type = 'mmaction_vt.SampleFrames'
    extract = extractor(config, level='window', window=8, stride=3, batch_size=3, num_workers=workers)
    found = extract(videos[0])
    starts = [0, 3, 6, 9, 12, 14]  # the last one ends with the video
    expected = [backbone_of(extract, frames_of(videos[0], range(start, start + 8, 2)))[0] for start in starts]
    torch.testing.assert_close(found.features, torch.stack(expected), atol=1e-6, rtol=0)
    assert found.times.tolist() == pytest.approx(np.array([[start / 10, (start + 8) / 10] for start in starts]))


def test_only_the_frames_of_a_window_are_in_memory(tmp_path, monkeypatch):
    path = str(write_video(tmp_path / 'long.mp4', 49))
    held, reads = [], []

    class WatchedStore(windows_module.FrameStore):
        def add(self, number, frame):
            super().add(number, frame)
            held.append(len(self.crops))
            reads.append(number)

    monkeypatch.setattr(windows_module, 'FrameStore', WatchedStore)
    found = extractor(level='window', stride=2)(path)
    assert len(found.features) == 24
    assert reads == list(range(49))  # each frame once, in order
    assert max(held) <= 6  # a window of four, and what the next one adds


def test_windows_keep_their_crops_or_average_them(videos):
    every = extractor(level='window', views='all')(videos[0])
    assert every.features.shape == (6, 3, 32)
    mean = extractor(level='window')(videos[0])
    torch.testing.assert_close(mean.features, every.features.mean(1), atol=1e-6, rtol=0)
    middle = extractor(level='window', views='middle')(videos[0])
    torch.testing.assert_close(middle.features, every.features[:, 1], atol=1e-6, rtol=0)


@pytest.mark.parametrize('model', ['TimeSformer', 'Motionformer'])
def test_frames_are_time_steps_of_the_map(model, videos):
    extract = extractor(config_of(model, crop='center'), level='frame')
    maps = extractor(config_of(model, crop='center'), level='window', pool='map', views='middle')(videos[0])
    found = extract(videos[0])
    steps = maps.features.shape[2]
    assert steps == (4 if model == 'TimeSformer' else 2)
    torch.testing.assert_close(found.features, maps.features.mean((3, 4)).transpose(1, 2).flatten(0, 1))
    assert found.times[:, 0].tolist() == pytest.approx(
        [start + step * 0.4 / steps for start in (0, 0.4, 0.8, 1.2, 1.6, 1.8) for step in range(steps)]
    )
    assert (found.times[:, 1] - found.times[:, 0]).numpy() == pytest.approx(0.4 / steps)
    every = extractor(config_of(model), level='frame', views='all')(videos[0])
    assert every.features.shape == (6 * steps, 3, 32)
    cells = extractor(config_of(model, crop='center'), level='frame', pool='map', views='middle')(videos[0])
    assert cells.features.shape == (6 * steps, 32, 2, 2)
    torch.testing.assert_close(cells.features.mean((2, 3)), found.features)


def test_a_frame_belongs_to_one_clip(videos):
    found = extractor(level='frame', window=12)(videos[0])
    assert 'a window of 12 frames has 2 clips' in found.error and 'windows of 4 frames' in found.error
    config = config_of(crop='center', interval=2)  # mmaction2's clips of 7 frames, of which a window has 8
    (*_, last) = extractor(config, level='frame', window=8)._read([videos[0]])
    assert last.views.shape[1] == 1
    torch.testing.assert_close(last.views[0], frames_of(videos[0], range(15, 22, 2)))


@pytest.mark.parametrize('level', ['clip', 'window', 'frame'])
def test_batches_and_processes_do_not_matter(level, videos, tmp_path, monkeypatch):
    monkeypatch.setattr(windows_module, 'AT_ONCE', 3)
    (tmp_path / 'broken.mp4').write_bytes(b'no video')
    given = [videos[0], str(tmp_path / 'broken.mp4'), *videos[1:], str(tmp_path / 'nowhere.mp4'), videos[0]]
    reference = list(extractor(level=level)(given))
    assert [found.video for found in reference] == given
    assert [found.features is None for found in reference] == [False, True, False, False, True, False]
    assert 'cannot be read' in reference[1].error and 'does not exist' in reference[4].error
    for options in (dict(batch_size=4), dict(batch_size=2, num_workers=2)):
        for found, expected in zip(extractor(level=level, **options)(given), reference, strict=True):
            assert (found.video, found.error) == (expected.video, expected.error)
            if expected.features is not None:
                torch.testing.assert_close(found.features, expected.features, atol=1e-5, rtol=0)
                torch.testing.assert_close(found.times, expected.times)


def test_frames_in_memory(videos):
    frames = np.random.default_rng(0).integers(0, 256, (10, 32, 32, 3), np.uint8)
    for level, shape in (('clip', (32,)), ('window', (3, 32))):
        found = extractor(level=level)(frames)
        assert found.features.shape == shape and found.error is None


def test_a_corrupt_frame_is_an_error_of_its_video(videos, tmp_path):
    content = bytearray(open(videos[0], 'rb').read())  # noqa: PTH123, SIM115
    half = len(content) // 2
    content[half:] = b'\0' * (len(content) - half)
    (tmp_path / 'half.mp4').write_bytes(content)
    broken, good = extractor(level='window')([str(tmp_path / 'half.mp4'), videos[0]])
    assert broken.features is None and broken.error
    assert good.features.shape == (6, 32)


def test_a_video_that_does_not_fit_the_model_is_named(videos):
    extract = extractor(config_of(crop='center'), level='window', batch_size=4)
    whole, tap = extract(videos[0]).features, extract.tap

    def refuse_the_short_one(clips):
        if any(torch.equal(clip, short) for clip in clips):
            raise RuntimeError('unexpected shape')
        return tap(clips)

    (piece, *_) = extract._read([videos[2]])
    (short,) = prepare(extract.model, piece.views[0])
    extract.tap = refuse_the_short_one
    first, broken, last = extract([videos[0], videos[2], videos[0]])
    assert broken.error.endswith('does not fit the model: RuntimeError: unexpected shape')
    for found in (first, last):
        torch.testing.assert_close(found.features, whole, atol=1e-5, rtol=0)
    config = config_of(crop='center')
    config.test_pipeline[0].size = 24
    with pytest.raises(InputError, match='cannot be cut into 16x16 patches'):  # of all videos
        extractor(config, level='window')(videos[0])


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(level='video'), "unknown level 'video'; choose from clip, window, frame"),
        (dict(window=4), 'window is for level window or frame, not clip'),
        (dict(level='window', stride=0), 'stride must be a positive number of frames, not 0'),
        (dict(level='window', window=2.5), 'window must be a positive number of frames'),
        (dict(views='some'), "unknown views 'some'"),
        (dict(pool='max'), "unknown pool 'max'"),
        (dict(level='frame', pool='cls'), 'no class token of its own'),
        (dict(batch_size=0), 'batch_size must be at least 1'),
        (dict(amp='bf16', precision='bf16'), 'give amp or precision'),
        (dict(layer='backbone/nothing'), 'unknown layer backbone/nothing'),
    ],
)
def test_bad_options_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        FeatureExtractor(config_of(), device='cpu', **options)


def test_windows_need_our_pipeline():
    config = config_of()
    config.test_pipeline = [dict(type='DecordInit'), dict(type='PackActionInputs')]
    with pytest.raises(InputError, match='windows are read by a test pipeline of '):
        FeatureExtractor(config, level='window', device='cpu')


def test_16_bits(videos, tmp_path):
    exact = extractor(level='window')
    torch.save({'state_dict': exact.model.state_dict()}, tmp_path / 'model.pth')
    reference = exact(videos[0]).features
    for options in (dict(amp='bf16'), dict(precision='bf16')):
        extract = FeatureExtractor(config_of(), tmp_path / 'model.pth', level='window', device='cpu', **options)
        found = extract(videos[0]).features
        assert found.dtype == torch.float32
        assert not torch.equal(found, reference)
        assert torch.cosine_similarity(found, reference).min() > 0.9
