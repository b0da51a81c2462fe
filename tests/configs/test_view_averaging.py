"""How the scores of a video's views become its scores: as the code that the weights were published with does it."""

import pytest
import torch
from conftest import ROOT
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.registry import init_default_scope
from reading import read

FAMILIES = ROOT / 'configs' / 'recognition'
RAW = ('timesformer', 'light_timesformer', 'vivit')  # the others average softmax scores
FILES = sorted(path.relative_to(FAMILIES).as_posix() for path in FAMILIES.rglob('*.py'))
KINETICS = 'timesformer/timesformer_divST_8x32_224_kinetics400.py'


@pytest.fixture
def recognizer():
    """A small model of the published config, with three classes."""
    init_default_scope('mmaction')
    config = read(KINETICS).model
    config.backbone.update(img_size=32, embed_dims=24, num_layers=2, num_heads=2, init_cfg=None)
    config.cls_head.update(num_classes=3, in_channels=24)
    torch.manual_seed(0)
    model = MODELS.build(config).eval()
    torch.nn.init.normal_(model.cls_head.fc_cls.weight, std=2)
    return model


def scores_of(model, views):
    """What a test says of one video, from its views (views, 3, T, H, W) in uint8."""
    (result,) = model.test_step(dict(inputs=[views], data_samples=[ActionDataSample()]))
    return result.pred_score


def test_timesformer_sums_raw_scores_of_three_views(recognizer):
    views = torch.randint(0, 256, (3, 3, 8, 32, 32), dtype=torch.uint8)
    clips = (views.float() - 255 * 0.45) / (255 * 0.225)
    with torch.no_grad():
        raw = torch.cat([recognizer.cls_head(recognizer.backbone(clip[None])) for clip in clips])  # one view at a time
    total = raw.sum(0)
    torch.testing.assert_close(3 * scores_of(recognizer, views), total, rtol=1e-4, atol=1e-5)
    assert scores_of(recognizer, views).argsort().tolist() == total.argsort().tolist()
    assert not torch.allclose(scores_of(recognizer, views), raw.softmax(1).mean(0))


def test_one_sure_view_outweighs_two_as_it_does_in_the_published_code(recognizer, monkeypatch):
    raw = torch.tensor([[9.0, 0, 0], [0, 3, 0], [0, 3, 0]])
    monkeypatch.setattr(recognizer.backbone, 'forward', lambda clips: raw)
    monkeypatch.setattr(recognizer.cls_head, 'fc_cls', torch.nn.Identity())
    scores = scores_of(recognizer, torch.zeros(3, 3, 8, 32, 32, dtype=torch.uint8))
    torch.testing.assert_close(scores, torch.tensor([3.0, 2, 0]))
    assert scores.argmax() == 0
    assert raw.softmax(1).mean(0).argmax() == 1  # softmax scores would rank otherwise


@pytest.mark.parametrize('name', [name for name in FILES if not name.startswith('quickstart/')])
def test_published_configs_average_as_their_code(name):
    head = read(name).model.cls_head
    assert head.average_clips == ('score' if name.split('/')[0] in RAW else 'prob')


@pytest.mark.parametrize('name', [name for name in FILES if name.startswith('quickstart/')])
def test_the_quickstart_tests_one_view_whose_scores_are_probabilities(name):
    config = read(name)
    assert config.model.cls_head.average_clips == 'prob'
    clips = config.test_pipeline[0]
    assert (clips.crop, clips.sampling.get('num_clips', 1)) == ('center', 1)
