"""The detector: every backbone, clips of any size, boxes of each clip, and what it refuses."""

import pytest
import torch
from mmaction.structures import ActionDataSample
from mmengine.registry import init_default_scope
from mmengine.structures import InstanceData
from tiny_detection import detector
from tiny_models import TINY_DUALFORMER, one_block, preprocessor

from mmaction_vt.checkpoints.load import fit_state_dict
from mmaction_vt.errors import InputError
from mmaction_vt.registry import MODELS

BOXES = torch.tensor([[2.0, 3.0, 20.0, 30.0], [10.0, 0.0, 32.0, 16.0]])
BACKBONES = {
    'timesformer': one_block('TimeSformer')['backbone'],
    'space only': one_block('TimeSformer', attention_type='space_only')['backbone'],
    'joint': one_block('TimeSformer', attention_type='joint_space_time')['backbone'],
    'motionformer': one_block('Motionformer', tubelet_size=2)['backbone'],
    'vivit': one_block('ViViT', tubelet_size=2)['backbone'],
    'videomae': one_block('VideoMAE')['backbone'],
    'vjepa2': one_block('VJEPA2')['backbone'],
    'dualformer': TINY_DUALFORMER,
}


@pytest.fixture(autouse=True)
def scope():
    init_default_scope('mmaction')


def build(backbone=None, **head):
    torch.manual_seed(0)
    settings = detector(**head)
    if backbone is not None:
        channels = backbone['embed_dims'] if isinstance(backbone['embed_dims'], int) else backbone['embed_dims'][-1]
        head = dict(settings['cls_head'], in_channels=channels)
        settings.update(backbone=backbone, cls_head=head)
    model = MODELS.build(settings)
    model.init_weights()
    return model.eval()


def sample(boxes=BOXES, labels=((1, 0), (0, 1))):
    made = ActionDataSample()
    made.gt_instances = InstanceData(bboxes=boxes, labels=torch.tensor(labels).float().reshape(-1, 2))
    made.proposals = InstanceData(bboxes=boxes, frame_bboxes=boxes / 32, scores=torch.ones(len(boxes)))
    return made


def scores(model, clips, samples):
    return [each.pred_instances.scores for each in model(clips, samples, mode='predict')]


@pytest.mark.parametrize('name', BACKBONES)
def test_every_backbone_trains_and_predicts(name):
    model = build(BACKBONES[name])
    clips = torch.randn(2, 1, 3, 4, 32, 32)
    losses = model(clips, [sample(), sample(BOXES[:1], (1, 1))], mode='loss')
    sum(losses.values()).backward()
    assert all(
        parameter.grad is not None
        for key, parameter in model.named_parameters()
        if 'cls_token' not in key and 'pos_embed' not in key
    )
    with torch.no_grad():
        found = scores(model, clips, [sample(), sample(BOXES[:0], ())])
    assert [each.shape for each in found] == [(2, 2), (0, 2)]
    assert (found[0] > 0).all() and (found[0] < 1).all()


@torch.no_grad()
def test_clips_of_a_batch_do_not_mix():
    model = build()
    clips = torch.randn(2, 3, 4, 32, 32)
    both = scores(model, clips, [sample(), sample(BOXES[:1], (0, 1))])
    alone = scores(model, clips[1:], [sample(BOXES[:1], (0, 1))])
    assert torch.allclose(both[1], alone[0], atol=1e-6)


@torch.no_grad()
def test_clips_of_other_sizes_are_padded_to_whole_patches():
    """Boxes are in pixels: a clip that is padded by hand gives the same scores."""
    model = build()
    clip = torch.randn(1, 3, 4, 29, 43)
    padded = torch.nn.functional.pad(clip, (0, 5, 0, 3))
    assert torch.equal(scores(model, clip, [sample()])[0], scores(model, padded, [sample()])[0])
    assert model(clip).shape[3:] == (4, 6)


def test_a_backbone_without_a_map():
    class Vector(torch.nn.Module):
        def forward(self, x):
            return x.mean((2, 3, 4))

    model = build()
    model.backbone = Vector()
    with pytest.raises(InputError, match=r'Vector returns no feature map .* choose a backbone with out_type="featmap"'):
        model(torch.randn(1, 3, 4, 32, 32))


def test_what_it_refuses():
    model = build()
    with pytest.raises(InputError, match=r'takes one view per key frame, got 3'):
        model(torch.randn(1, 3, 3, 4, 32, 32))
    with pytest.raises(InputError, match=r"unknown mode 'train'"):
        model(torch.randn(1, 3, 4, 32, 32), mode='train')


def test_starts_from_a_recognizer_and_from_another_detector():
    recognizer = MODELS.build(dict(one_block('TimeSformer'), data_preprocessor=preprocessor()))
    model = build(BACKBONES['timesformer'], context='mean')
    fit = fit_state_dict(recognizer.state_dict(), model)
    (sentence,) = fit.new_classifiers
    assert 'its head was left out' in sentence
    model.load_state_dict(fit.state_dict, strict=False)
    assert torch.equal(model.backbone.pos_embed, recognizer.backbone.pos_embed)
    assert not fit_state_dict(model.state_dict(), model).new_classifiers
    broken = dict(model.state_dict())
    del broken['backbone.pos_embed']
    with pytest.raises(InputError, match=r'pos_embed'):
        fit_state_dict(broken, model)
