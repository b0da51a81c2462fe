"""Recipes for data sets with several labels per video."""

import pytest
import torch
from mmaction.registry import DATASETS, MODELS
from mmengine.registry import init_default_scope
from reading import read
from videos import write_video

from mmaction_vt.models.heads import MultiLabelHead

# Their family, number of classes, loss and lists.
CONFIGS = {
    'timesformer_divST_8_224_mmit': ('timesformer', 313, 'BCELossWithLogits', 'data/mmit/mmit_{}_list_videos.txt'),
    'timesformer_divST_8x32_224_hvu_action': (
        'timesformer', 739, 'BCELossWithLogits', 'data/hvu/hvu_action_{}_list_videos.txt'
    ),
    'dualformer_small_patch244_window877_mmit': (
        'dualformer', 313, 'AsymmetricLoss', 'data/mmit/mmit_{}_list_videos.txt'
    ),
}  # fmt: skip
STARTS = dict(
    timesformer='timesformer_divST_8x32_224_kinetics400',
    dualformer='dualformer_small_patch244_window877_kinetics400_1k',
)

pytestmark = pytest.mark.parametrize('name', CONFIGS)


@pytest.fixture
def config(name):
    init_default_scope('mmaction')
    return read(f'{CONFIGS[name][0]}/{name}.py')


@pytest.mark.parametrize('part', ['train', 'test'])
def test_data_set_has_vectors_of_labels(config, name, part, tmp_path):
    family, classes, _, lists = CONFIGS[name]
    settings = config[f'{part}_dataloader'].dataset
    assert settings.ann_file == lists.format('train' if part == 'train' else 'val')
    write_video(tmp_path / 'clip.mp4')
    (tmp_path / 'list.txt').write_text('clip.mp4 3 17\n')
    settings = dict(settings, ann_file=str(tmp_path / 'list.txt'), data_prefix=dict(video=str(tmp_path)))
    packed = DATASETS.build(settings)[0]
    views = 1 if part == 'train' else 3 if family == 'timesformer' else 4
    assert packed['inputs'].shape == (views, 3, 8 if family == 'timesformer' else 32, 224, 224)
    label = packed['data_samples'].gt_label
    assert label.shape == (classes,) and label.nonzero().flatten().tolist() == [3, 17]


def test_model_has_the_backbone_that_it_starts_from(config, name):
    family, classes, loss, _ = CONFIGS[name]
    start = read(f'{family}/{STARTS[family]}.py')
    with torch.device('meta'):
        model, other = MODELS.build(config.model), MODELS.build(start.model)
    assert isinstance(model.cls_head, MultiLabelHead) and model.cls_head.num_classes == classes
    assert type(model.cls_head.loss_cls).__name__ == loss
    assert set(model.state_dict()) == set(other.state_dict())
    assert model.cls_head.dropout.p == getattr(other.cls_head.dropout, 'p', 0)
    assert config.load_from and config.model.backbone.get('init_cfg') is None
    assert config.model.data_preprocessor == start.model.data_preprocessor


def test_reports_average_precision(config, name):
    assert [metric.type for metric in config.test_evaluator] == [
        'mmaction_vt.CountBrokenVideos', 'mmaction_vt.MultiLabelMetric',
    ]  # fmt: skip
