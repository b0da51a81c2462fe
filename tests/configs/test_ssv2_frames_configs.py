"""Something-Something V2 from frames: the lists and labels that the authors' code reads, and the videos' pipelines."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from mmaction.registry import DATASETS
from mmengine.config import Config
from mmengine.registry import init_default_scope

FOLDER = Path(__file__).parents[2] / 'configs' / 'recognition'
CONFIGS = {'timesformer/timesformer_divST_8_224_ssv2': 8, 'motionformer/motionformer_224_16x4_ssv2': 16}
PARTS = {'train': ('train', 'train'), 'val': ('val', 'validation'), 'test': ('val', 'validation')}
NUM_FRAMES = 20


@pytest.fixture
def data(tmp_path, monkeypatch):
    """One video as PySlowFast lists it and the official files label it; its frames are grey, 10 times their place."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / 'data' / 'sthv2'
    frames = folder / 'frames' / '78687'
    frames.mkdir(parents=True)
    lines = ['original_vido_id video_id frame_id path labels']
    for index in range(NUM_FRAMES):
        name = f'78687_{index + 1:06}.jpg'
        cv2.imwrite(str(frames / name), np.full((240, 320, 3), 10 * index, np.uint8))
        lines.append(f'78687 0 {index} 78687/{name} ""')
    for name in ('train', 'val'):
        (folder / f'{name}.csv').write_text('\n'.join(lines) + '\n')
    classes = {f'Class {index} of something': str(index) for index in range(174)}
    (folder / 'something-something-v2-labels.json').write_text(json.dumps(classes))
    for name in ('train', 'validation'):
        entries = [dict(id='78687', template='Class 93 of [something]')]
        (folder / f'something-something-v2-{name}.json').write_text(json.dumps(entries))


@pytest.mark.parametrize('name', CONFIGS)
@pytest.mark.parametrize('part', PARTS)
def test_frames(data, name, part):
    init_default_scope('mmaction')
    config, on_videos = (Config.fromfile(FOLDER / f'{name}{kind}.py') for kind in ('_frames', ''))
    options = config[f'{part}_dataloader'].dataset
    assert options.pipeline == on_videos[f'{part}_dataloader'].dataset.pipeline == config[f'{part}_pipeline']
    split, labels = PARTS[part]
    assert options.ann_file == f'data/sthv2/{split}.csv'
    assert options.label_files[0] == f'data/sthv2/something-something-v2-{labels}.json'
    for key in ('model', 'optim_wrapper', 'param_scheduler', 'train_cfg', 'load_from'):
        assert config.get(key) == on_videos.get(key)
    packed = DATASETS.build(options)[0]
    clip_len = CONFIGS[name]
    assert packed['inputs'].shape == (3 if part == 'test' else 1, 3, clip_len, 224, 224)
    assert packed['data_samples'].gt_label.tolist() == [93]
    if part == 'test':
        ends = np.round(np.arange(clip_len + 1) * (NUM_FRAMES - 1) / clip_len).astype(int)
        middles = (ends[:-1] + ends[1:]) // 2
        np.testing.assert_allclose(packed['inputs'].float().mean((0, 1, 3, 4)) / 10, middles, atol=0.2)
