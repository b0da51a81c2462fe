from pathlib import Path

import cv2
import numpy as np
import pytest
from mmengine.config import Config
from mmengine.dataset import Compose
from mmengine.registry import init_default_scope

FOLDER = Path(__file__).parents[2] / 'configs' / 'recognition' / 'motionformer'


@pytest.mark.parametrize('part', ['train', 'val', 'test'])
def test_frame_folders(part, tmp_path):
    init_default_scope('mmaction')
    config = Config.fromfile(FOLDER / 'motionformer_224_16x4_epickitchens_frames.py')
    on_videos = Config.fromfile(FOLDER / 'motionformer_224_16x4_epickitchens.py')
    dataset = config[f'{part}_dataloader'].dataset
    assert dataset.data_prefix == dict(img='data/epickitchens/EPIC-KITCHENS')
    assert dataset.pipeline == config[f'{part}_pipeline']
    assert dataset.pipeline == on_videos[f'{part}_pipeline']
    for number in range(8, 25):
        cv2.imwrite(str(tmp_path / f'frame_{number:010}.jpg'), np.full((48, 64, 3), number, np.uint8))
    info = dict(frame_dir=str(tmp_path), filename_tmpl='frame_{:010}.jpg', start_index=8, total_frames=17, avg_fps=60)
    packed = Compose(dataset.pipeline)(dict(info, label=[1, 2], modality='RGB'))
    assert packed['inputs'].shape == (30 if part == 'test' else 1, 3, 16, 224, 224)
    assert packed['data_samples'].gt_label.tolist() == [1, 2]


def test_the_test_split_of_epic_kitchens():
    name = 'motionformer_224_16x4_epickitchens'
    config, validated = (Config.fromfile(FOLDER / f'{name}{kind}.py') for kind in ('_test', ''))
    assert config.test_dataloader.dataset.ann_file == 'data/epickitchens/EPIC_100_test_timestamps.csv'
    validated.test_dataloader.dataset.ann_file = config.test_dataloader.dataset.ann_file
    assert config.to_dict() == validated.to_dict()
