"""A broken or unfit video costs one sample, whatever the pipeline."""

import logging

import numpy as np
import pytest
import torch
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform
from mmengine.registry import init_default_scope
from videos import write_video

from mmaction_vt.datasets import FrameFolderDataset, VideoDataset
from mmaction_vt.datasets.broken_videos import MOST_IN_A_ROW
from mmaction_vt.errors import InputError

SAMPLING = dict(type='SampleFrames', clip_len=4, frame_interval=1, num_clips=2, test_mode=True)
SIZE = [dict(type='Resize', scale=(-1, 32)), dict(type='CenterCrop', crop_size=32)]
PACK = [dict(type='FormatShape', input_format='NCTHW'), dict(type='PackActionInputs')]
PIPELINES = {
    name: [dict(type=f'{name}Init'), SAMPLING, dict(type=f'{name}Decode'), *SIZE, *PACK]
    for name in ('Decord', 'OpenCV', 'PyAV', 'mmaction_vt.Decord')
} | {
    'mmaction_vt.DecordInit alone': [
        dict(type='mmaction_vt.DecordInit'),
        SAMPLING,
        dict(type='DecordDecode'),
        *SIZE,
        *PACK,
    ],
    'VideoToClips': [
        dict(type='mmaction_vt.VideoToClips', sampling=SAMPLING, crop='center', short_side=32, size=32),
        dict(type='PackActionInputs'),
    ],
}
CROP_ALONE = [
    dict(type='DecordInit'),
    SAMPLING,
    dict(type='DecordDecode'),
    dict(type='CenterCrop', crop_size=60),
    *PACK,
]
NO_CROP = [dict(type='DecordInit'), SAMPLING, dict(type='DecordDecode'), *PACK]


@TRANSFORMS.register_module()
class FailForSecond(BaseTransform):
    """Raises what a decoder might for one of the videos."""

    def transform(self, results: dict) -> dict:
        if results['filename'].endswith('1.mp4'):
            raise RuntimeError('a fault\nof the decoder')
        return results


@pytest.fixture(autouse=True)
def quiet_and_scope():
    init_default_scope('mmaction')
    logging.getLogger('libav').setLevel(logging.CRITICAL)


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """Three videos: good, noise, and good again."""
    folder = tmp_path_factory.mktemp('videos')
    write_video(folder / '0.mp4', 12, size=(96, 64))
    (folder / '1.mp4').write_bytes((folder / '0.mp4').read_bytes()[:300] + np.random.default_rng(0).bytes(5000))
    write_video(folder / '2.mp4', 12, size=(96, 64))
    (folder / 'list.txt').write_text('0.mp4 0\n1.mp4 1\n2.mp4 1\n')
    return folder


def data_set(folder, pipeline, test_mode=True, name='list.txt'):
    return VideoDataset(str(folder / name), pipeline, data_prefix=dict(video=str(folder)), test_mode=test_mode)


@pytest.mark.parametrize('pipeline', [*PIPELINES.values(), CROP_ALONE, NO_CROP], ids=[*PIPELINES, 'crop', 'no crop'])
@pytest.mark.parametrize('order', [(0, 1, 2), (1, 0, 2)])
def test_black_frames_of_the_size_of_the_others(pipeline, order, folder):
    dataset = data_set(folder, pipeline)
    samples = {index: dataset[index] for index in order}
    assert samples[1]['inputs'].shape == samples[0]['inputs'].shape == samples[2]['inputs'].shape
    assert samples[1]['inputs'].dtype == samples[0]['inputs'].dtype and not samples[1]['inputs'].any()
    sample = samples[1]['data_samples']
    assert sample.gt_label.item() == 1 and sample.video_name == str(folder / '1.mp4')
    assert sample.broken_video.startswith('the video ') and '\n' not in sample.broken_video
    assert not hasattr(samples[0]['data_samples'], 'broken_video')


@pytest.mark.parametrize('pipeline', PIPELINES.values(), ids=PIPELINES)
def test_training_takes_another(pipeline, folder):
    torch.manual_seed(0)
    sample = data_set(folder, pipeline, test_mode=False)[1]['data_samples']
    assert set(sample.broken_videos) == {str(folder / '1.mp4')} and sample.video_name != str(folder / '1.mp4')


def test_a_video_smaller_than_the_crop_costs_one_sample(folder, tmp_path):
    write_video(tmp_path / 'small.mp4', 12, size=(32, 32))
    (folder / 'small.txt').write_text(f'0.mp4 0\n{tmp_path}/small.mp4 1\n2.mp4 1\n')
    pipeline = [
        dict(type='mmaction_vt.VideoToClips', sampling=SAMPLING, crop='center', short_side=None, size=60),
        dict(type='PackActionInputs'),
    ]
    for steps in (pipeline, CROP_ALONE):
        dataset = VideoDataset(str(folder / 'small.txt'), steps, data_prefix=dict(video=str(folder)), test_mode=True)
        first, small = dataset[0], dataset[1]
        assert small['inputs'].shape == first['inputs'].shape and not small['inputs'].any()
        assert 'small.mp4' in small['data_samples'].broken_video


def test_a_fault_of_a_transform_costs_one_sample(folder):
    pipeline = [dict(type='FailForSecond'), *PIPELINES['Decord']]
    sample = data_set(folder, pipeline)[1]
    assert sample['data_samples'].broken_video.endswith('RuntimeError: a fault of the decoder')
    assert not sample['inputs'].any()


def test_options_that_fit_no_video_end_the_run(folder):
    steps = [
        dict(type='mmaction_vt.VideoToClips', sampling=SAMPLING, crop='center', short_side=32, size=60),
        dict(type='PackActionInputs'),
    ]
    expected = 'does not fit into a frame of 32x48 pixels: set a larger short_side'
    with pytest.raises(InputError, match=expected):
        data_set(folder, steps)[0]
    for seed in range(8):  # among them some where the broken video is the last one drawn
        torch.manual_seed(seed)
        np.random.seed(seed)
        with pytest.raises(InputError, match=expected):
            data_set(folder, steps, test_mode=False)[0]


def test_missing_videos_end_the_run_if_none_is_there(folder):
    (folder / 'gone.txt').write_text(''.join(f'gone{number}.mp4 0\n' for number in range(MOST_IN_A_ROW)))
    dataset = data_set(folder, PIPELINES['VideoToClips'], name='gone.txt')
    for number in range(MOST_IN_A_ROW - 1):
        assert 'does not exist' in dataset[number]['data_samples'].broken_video
    with pytest.raises(InputError, match='does not exist; its path comes from data_prefix'):
        dataset[MOST_IN_A_ROW - 1]


def test_a_vanished_video_costs_one_sample(folder):
    (folder / 'gone.txt').write_text('0.mp4 0\ngone.mp4 1\n')
    dataset = data_set(folder, PIPELINES['VideoToClips'], name='gone.txt')
    assert dataset[0]['inputs'].any()
    assert 'does not exist' in dataset[1]['data_samples'].broken_video


@pytest.mark.parametrize('decoding', ['RawFrameDecode', 'VideoToClips'])
def test_frame_folders(decoding, tmp_path):
    from PIL import Image

    for name in 'abc':
        (tmp_path / name).mkdir()
        for number in range(1, 9):
            Image.new('RGB', (96, 64), 'red').save(tmp_path / name / f'{number:05}.jpg')
    (tmp_path / 'b' / '00005.jpg').write_bytes(b'noise')
    (tmp_path / 'list.txt').write_text('a 8 0\nb 8 1\nc 8 1\n')
    pipeline = [SAMPLING, dict(type='RawFrameDecode'), *SIZE, *PACK]
    dataset = FrameFolderDataset(
        str(tmp_path / 'list.txt'),
        pipeline if decoding == 'RawFrameDecode' else PIPELINES['VideoToClips'],
        data_prefix=dict(img=str(tmp_path)),
        test_mode=True,
    )
    first, broken = dataset[0], dataset[1]
    assert broken['inputs'].shape == first['inputs'].shape and not broken['inputs'].any() and first['inputs'].any()
    assert broken['data_samples'].gt_label.item() == 1 and 'b' in broken['data_samples'].broken_video


def test_a_decoder_that_hangs_costs_one_sample(folder, monkeypatch):
    import time

    monkeypatch.setenv('MMACTION_VT_VIDEO_TIMEOUT', '0.5')

    def hang(results: dict) -> dict:
        if results['filename'].endswith('2.mp4'):
            time.sleep(20)
        return results

    dataset = data_set(folder, [hang, *PIPELINES['VideoToClips']])
    first, hung = dataset[0], dataset[2]
    assert 'was not read within 0.5 seconds' in hung['data_samples'].broken_video
    assert hung['inputs'].shape == first['inputs'].shape and not hung['inputs'].any()
