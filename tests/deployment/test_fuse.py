"""Layers merged for inference: the same scores, and no confusion with the model before."""

import pytest
import torch
from tiny_models import TINY_DUALFORMER
from torch import nn

from mmaction_vt import fuse_for_inference, init_recognizer
from mmaction_vt.checkpoints.load import load_into
from mmaction_vt.deployment import count_merged
from mmaction_vt.errors import InputError

SIZES = dict(img_size=32, patch_size=16, num_frames=4, embed_dims=32, num_layers=3, num_heads=2)


def recognizer(dropout=0.0, **backbone):
    backbone = {**(TINY_DUALFORMER if backbone['type'].endswith('DualFormer') else SIZES), **backbone}
    kind, dims = ('I3DHead', 16) if 'video_size' in backbone else ('TimeSformerHead', 32)
    head = dict(type=kind, num_classes=5, in_channels=dims)
    torch.manual_seed(0)
    model = init_recognizer(
        dict(model=dict(type='Recognizer3D', backbone=dict(backbone, drop_rate=dropout), cls_head=head))
    )
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.2)
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm3d):
            nn.init.normal_(layer.running_mean)
            nn.init.uniform_(layer.running_var, 0.3, 3)
    return model


def divided():
    return recognizer(type='mmaction_vt.TimeSformer', drop_path_rate=0.3, dropout=0.1)


def scores(model, clips):
    with torch.no_grad():
        return model.cls_head(model.backbone(clips))


@pytest.mark.parametrize(
    ('backbone', 'merged'),
    [
        (dict(type='mmaction_vt.TimeSformer'), 3),
        (dict(type='mmaction_vt.TimeSformer', attention_type='joint_space_time'), 0),
        (dict(type='mmaction_vt.DualFormer'), 2),
        (dict(type='mmaction_vt.Motionformer'), 0),
        (dict(type='mmaction_vt.ViViT', attention_type='factorised_self_attention'), 0),
    ],
    ids=str,
)
def test_the_scores_stay(backbone, merged):
    """In float64 to its own precision, so that nothing but rounding is left; and the model stays as it was."""
    model, clips = recognizer(**backbone).double(), torch.randn(3, 3, 4, 32, 32, dtype=torch.float64)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    fused = fuse_for_inference(model)
    assert count_merged(fused) == merged and not fused.training
    torch.testing.assert_close(scores(fused, clips), scores(model, clips), rtol=0, atol=1e-12)
    single = fuse_for_inference(model.float())
    torch.testing.assert_close(scores(single, clips.float()), scores(model, clips.float()), rtol=1e-5, atol=1e-5)
    assert all(torch.equal(value, before[key].to(value.dtype)) for key, value in model.state_dict().items())
    assert model.state_dict().keys() == before.keys()


def test_there_are_fewer_parameters():
    model = divided()
    fused = fuse_for_inference(model)
    count = [sum(parameter.numel() for parameter in one.parameters()) for one in (model, fused)]
    assert count[0] - count[1] == 3 * (32 * 32 + 32)


def test_merging_twice_is_merging_once():
    once = fuse_for_inference(divided())
    twice, clips = fuse_for_inference(once), torch.randn(2, 3, 4, 32, 32)
    assert count_merged(twice) == 3
    assert torch.equal(scores(once, clips), scores(twice, clips))


def test_it_is_for_inference_only():
    model = divided().train()
    with pytest.raises(InputError, match=r'call model\.eval\(\) first'):
        fuse_for_inference(model)
    with pytest.raises(InputError, match='cannot be trained'):
        fuse_for_inference(model.eval()).train()


@pytest.mark.parametrize('kind', ['TimeSformer', 'DualFormer'])
def test_checkpoints_are_not_confused(kind, tmp_path):
    """Neither goes into the other, also where keys may be missing; each goes into its like."""
    model = recognizer(type=f'mmaction_vt.{kind}')
    fused, clips = fuse_for_inference(model), torch.randn(2, 3, 4, 32, 32)
    plain, merged = tmp_path / 'plain.pth', tmp_path / 'merged.pth'
    torch.save(dict(state_dict=model.state_dict()), plain)
    torch.save(dict(state_dict=fused.state_dict()), merged)
    with pytest.raises(InputError, match='load the checkpoint first, then merge'):
        load_into(fused, plain)
    with pytest.raises(InputError, match='load the checkpoint that it was made from'):
        load_into(model, merged)
    with pytest.raises(InputError, match='separate in the checkpoint'):
        fuse_for_inference(model).load_state_dict(model.state_dict(), strict=False)
    with pytest.raises(RuntimeError, match=r'\.merged'):
        model.load_state_dict(fused.state_dict())

    other = recognizer(type=f'mmaction_vt.{kind}')
    nn.init.normal_(other.cls_head.fc_cls.weight)
    other = fuse_for_inference(other)
    assert not torch.equal(scores(other, clips), scores(fused, clips))
    load_into(other, merged)
    assert torch.equal(scores(other, clips), scores(fused, clips))
