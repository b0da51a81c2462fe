"""Weights of 16 bits for inference."""

import pytest
import torch
from mmengine.registry import init_default_scope
from tiny_models import one_block

from mmaction_vt.apis.weight_precision import cast_backbone
from mmaction_vt.errors import InputError
from mmaction_vt.registry import MODELS
from mmaction_vt.visualization.explain.attention_mixing import weigh


@pytest.fixture(autouse=True)
def _scope():
    init_default_scope('mmaction')


@pytest.mark.parametrize('backbone', ['TimeSformer', 'Motionformer', 'ViViT', 'VideoMAE', 'VJEPA2'])
def test_only_the_backbone_computes_in_16_bits(backbone):
    torch.manual_seed(0)
    model = MODELS.build(one_block(backbone)).eval()
    clips = torch.randn(2, 3, 4, 32, 32)
    with torch.no_grad():
        expected = model.backbone(clips)
        cast_backbone(model, 'bf16')
        found = model.backbone(clips)
    assert {parameter.dtype for parameter in model.backbone.parameters()} == {torch.bfloat16}
    assert {parameter.dtype for parameter in model.cls_head.parameters()} == {torch.float32}
    assert found.dtype == torch.float32
    assert 0 < (found - expected).norm() / expected.norm() < 0.03


def test_float16_needs_a_gpu():
    with pytest.raises(InputError, match='fp16 needs a GPU'):
        cast_backbone(MODELS.build(one_block('TimeSformer')), 'fp16')


def test_weights_of_attention_are_mixed_with_columns_of_another_type():
    q, k = (torch.randn(1, 2, 3, 4, dtype=torch.bfloat16) for _ in range(2))
    assert weigh(q, k, torch.randn(1, 3, 5), None).dtype == torch.float32
