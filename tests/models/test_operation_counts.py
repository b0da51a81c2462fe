"""How many operators a model calls, each at least a kernel on a GPU, counted on the meta device, which has shapes only.

Views are not counted. Attention counts as one operator, as on a GPU; the meta device would decompose it.
"""

import pytest
import torch
import torch.nn.functional as F
from tiny_models import TINY_DUALFORMER
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from mmaction_vt.models import Motionformer
from mmaction_vt.registry import MODELS

SMALL = dict(img_size=32, patch_size=16, num_frames=4, embed_dims=32, num_layers=2, num_heads=2)
BACKBONES = {
    **{
        f'TimeSformer {kind}': dict(SMALL, type='mmaction_vt.TimeSformer', attention_type=kind)
        for kind in ('divided_space_time', 'joint_space_time', 'space_only')
    },
    **{
        f'Motionformer {kind}': dict(SMALL, type='mmaction_vt.Motionformer', attention_type=kind)
        for kind in ('trajectory', 'joint', 'divided')
    },
    'Motionformer projected': dict(SMALL, type='mmaction_vt.Motionformer', project_values=True),
    **{
        f'ViViT {kind}': dict(SMALL, type='mmaction_vt.ViViT', attention_type=kind, num_temporal_layers=1)
        for kind in ('joint', 'factorised_encoder', 'factorised_self_attention', 'factorised_dot_product')
    },
    'VideoMAE': dict(SMALL, type='mmaction_vt.VideoMAE'),
    'VJEPA2': dict(SMALL, type='mmaction_vt.VJEPA2'),
    'DualFormer': TINY_DUALFORMER,
}


class CountOperators(TorchDispatchMode):
    """Counts the operators that compute or copy; views are free."""

    def __init__(self):
        super().__init__()
        self.names = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        schema = func._schema
        is_view = any(value.alias_info and not value.alias_info.is_write for value in schema.returns)
        if not is_view and func is not torch.ops.aten.detach.default:
            self.names.append(str(func))
        return func(*args, **(kwargs or {}))


class Attend(torch.autograd.Function):
    """Scaled dot-product attention as one operator, forward and backward."""

    @staticmethod
    def forward(ctx, q, k, v):
        ctx.save_for_backward(q, k, v)
        return torch.empty_like(q)

    @staticmethod
    def backward(ctx, grad):
        return tuple(torch.empty_like(tensor) for tensor in ctx.saved_tensors)


class FusedAttention(TorchFunctionMode):
    """Calls ``Attend`` where fused attention is called."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        if func is F.scaled_dot_product_attention:
            return Attend.apply(*args[:3])
        return func(*args, **(kwargs or {}))


def operators(model, clips, training):
    """The operators of a forward pass, and in training of the backward pass too."""
    size = getattr(model, 'video_size', None) or (model.num_frames, *model.img_size)
    videos = torch.empty(clips, 3, *size, device='meta')
    model.zero_grad()  # adding to gradients takes operators, too
    with torch.set_grad_enabled(training), CountOperators() as counter, FusedAttention():
        features = model.train(training)(videos)
        if training:
            features.sum().backward()
    return counter.names


def build(settings):
    with torch.device('meta'):
        return MODELS.build(settings)


def test_motionformer_b():
    with torch.device('meta'):
        model = Motionformer(drop_path_rate=0.0)
    inference, training = (len(operators(model, 8, training)) for training in (False, True))
    assert inference <= 600 and training <= 1500


@pytest.mark.parametrize('training', [False, True])
@pytest.mark.parametrize('name', BACKBONES)
def test_the_count_does_not_depend_on_the_batch_size(name, training):
    model = build(BACKBONES[name])
    counts = [len(operators(model, clips, training)) for clips in (2, 8, 30)]  # a single clip saves some copies
    assert counts[0] == counts[1] == counts[2], counts
