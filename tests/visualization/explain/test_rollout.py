"""Attention, rolled out and of one layer: against matrices written out, and what is refused."""

import pytest
import torch
from reference.rollout import divided_matrix, joint_rollout
from test_activation_maps import BACKBONES, RESNET, RESNET_HEAD, build, clips

from mmaction_vt.errors import InputError
from mmaction_vt.models.layers import (
    Attention,
    DividedAttention,
    FactorisedDotProductAttention,
    GlobalPyramidAttention,
    LocalWindowAttention,
    RotaryAttention,
    TrajectoryAttention,
    rotary_table,
)
from mmaction_vt.visualization import attention_rollout, class_token_attention, clip_maps
from mmaction_vt.visualization.explain.attention_mixing import mix
from mmaction_vt.visualization.explain.maps import resize_maps
from mmaction_vt.visualization.explain.rollout import record_inputs, roll_out, through, to_tokens, token_grid

torch.manual_seed(3)
TOKENS, VIDEO = torch.randn(2, 1 + 4 * 6, 8), torch.randn(2, 4, 4, 4, 8)
GRID = torch.arange(2), torch.arange(3)
LAYERS = {
    'joint': (Attention(8, 2), (TOKENS,)),
    'time first': (Attention(8, 2, batch_first=False), (TOKENS,)),
    'windows': (LocalWindowAttention(8, 2, (2, 2, 4)), (VIDEO,)),
    'rotary': (RotaryAttention(8, 1), (TOKENS[:, 1:], rotary_table((torch.arange(4), *GRID), 8))),
    'divided, time': (DividedAttention(8, 2, along='time'), (TOKENS, 4)),
    'divided, space': (DividedAttention(8, 2, along='space'), (TOKENS, 4)),
    'trajectory': (TrajectoryAttention(8, 2), (TOKENS, 4)),
    'factorised': (FactorisedDotProductAttention(8, 4), (TOKENS[:, 1:], 4)),
    'pyramid': (GlobalPyramidAttention(8, 2, (2, 1, 2)), (VIDEO,)),
}


@torch.no_grad()
@pytest.mark.parametrize('name', LAYERS)
def test_mixing_the_values_is_what_the_layer_does(name):
    """Head by head: without the projection behind it, a layer's output is its matrix times its values."""
    attn, inputs = LAYERS[name]
    tokens = inputs[0]
    dims = tokens.shape[-1]
    torch.nn.init.eye_(attn.proj.weight)
    torch.nn.init.zeros_(attn.proj.bias)
    if isinstance(attn, GlobalPyramidAttention):  # its pyramid as the plain mean that shares are pooled with
        torch.nn.init.constant_(attn.sr.weight, 1 / 4)
        torch.nn.init.zeros_(attn.sr.bias)
        attn.norm = torch.nn.Identity()
        values = attn.kv(tokens)[..., dims:]
    else:
        values = attn.qkv(tokens)[..., 2 * dims :]
    parts = values.chunk(attn.num_heads, dim=-1)
    mixed = [mix(attn, inputs, part, head) for head, part in enumerate(parts)]
    torch.testing.assert_close(torch.cat(mixed, dim=-1), attn(*inputs), rtol=1e-4, atol=1e-5)
    mean = sum(mix(attn, inputs, values, head) for head in range(attn.num_heads)) / attn.num_heads
    torch.testing.assert_close(mix(attn, inputs, values), mean, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize('name', BACKBONES)
def test_shares_are_kept(name):
    """Each row of a block's matrix sums to 1, and none is negative."""
    model = build(BACKBONES[name])
    inputs = record_inputs(model, clips())
    grid = token_grid(model.backbone, clips())
    ones = torch.ones(*grid, 1)
    assert roll_out(model.backbone, ones, inputs).amax() <= 1.0001  # the rest is the class token's own
    if name == 'DualFormer':
        columns, block = ones, model.backbone.blocks[0][1]
    else:
        columns, block = torch.ones_like(to_tokens(model.backbone, ones)), model.backbone.blocks[0]
    torch.testing.assert_close(through(block, columns, inputs), columns)
    assert attention_rollout(model, clips()).shape == (2, 4, 32, 32)


def test_the_benchmarks_model_2_starts_its_second_transformer_from_the_first_time():
    options = dict(frame_token='benchmark', num_temporal_layers=0)
    model = build({**BACKBONES['ViViT factorised_encoder'], **options})
    grid = token_grid(model.backbone, clips())
    columns = torch.eye(grid[1]).repeat(grid[0], 1, 1)[:, :, None, None].expand(*grid, grid[1])  # one for each time
    shares = roll_out(model.backbone, columns, record_inputs(model, clips()))
    assert (shares[:, 0] > 0).all() and not shares[:, 1:].any()


def test_joint_attention_is_the_plain_product_of_matrices():
    model = build(BACKBONES['ViViT joint'])
    backbone = model.backbone
    started = []
    hook = backbone.blocks[0].register_forward_pre_hook(lambda block, args: started.append(args[0]))
    backbone(clips(1))
    hook.remove()
    with torch.no_grad():
        row = joint_rollout(backbone.blocks, started[0][0])[0, 1:]
    plain = resize_maps(row.view(1, 2, 4, 4), (4, 32, 32))
    torch.testing.assert_close(attention_rollout(model, clips(1)), plain, rtol=1e-4, atol=1e-5)


def test_divided_attention_is_one_matrix_a_block():
    model = build(BACKBONES['TimeSformer divided_space_time'])
    block = model.backbone.blocks[0]
    started = []
    hook = block.register_forward_pre_hook(lambda block, args: started.append(args[0]))
    inputs = record_inputs(model, clips(1))
    hook.remove()
    times, places = 4, 16
    with torch.no_grad():
        plain = divided_matrix(block, started[0])
    torch.testing.assert_close(plain.sum(1), torch.ones(len(plain)))
    identity = torch.eye(1 + times * places)
    patches = identity[1:].view(times, 1, places, -1)
    columns = torch.cat((identity[0].expand(times, 1, 1, -1), patches), dim=2)
    out = through(block, columns, inputs)
    torch.testing.assert_close(out[0, 0, 0], plain[0], rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(out[:, 0, 1:].flatten(0, 1), plain[1:], rtol=1e-4, atol=1e-6)


def test_one_layer_and_head():
    model = build(BACKBONES['Motionformer trajectory'])
    heads = [class_token_attention(model, clips(1), 'backbone/blocks/0', head) for head in range(2)]
    assert not torch.equal(*heads)
    block = model.backbone.blocks[0]
    (tokens, _, *_) = record_inputs(model, clips(1))[block.attn]
    q, k, _ = block.attn.project_qkv(tokens)
    row = (q[0, 1, 0] @ k[0, 1].T / 8**0.5).softmax(0)[1:]
    torch.testing.assert_close(heads[1], resize_maps(row.view(1, 2, 4, 4), (4, 32, 32)).detach())


@pytest.mark.parametrize('method', ['gradcam', 'rollout', 'attention'])
def test_leaves_the_model_as_it_was(method):
    model = build(BACKBONES['TimeSformer divided_space_time']).train()
    clip_maps(model, clips(1), method)
    assert model.training
    assert all(parameter.grad is None and parameter.requires_grad for parameter in model.parameters())
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


@pytest.mark.parametrize(
    ('name', 'options', 'message'),
    [
        ('DualFormer', dict(method='attention'), 'DualFormer has no class token'),
        (
            'ViViT factorised_dot_product',
            dict(method='attention'),
            'attention_type factorised_dot_product has no class',
        ),
        ('ViViT joint', dict(method='attention', head=2), 'head 2 is not one of the 2 heads'),
        (
            'ViViT joint',
            dict(method='attention', layer='backbone/norm'),
            'unknown block .*; choose from backbone/blocks/0',
        ),
        ('ViViT joint', dict(method='rollout', layer='backbone/blocks/0'), 'all layers'),
        ('ViViT joint', dict(method='gradcam', head=1), 'head is for method attention'),
        ('ViViT joint', dict(method='saliency'), 'gradcam, gradcam'),
    ],
)
def test_refuses(name, options, message):
    with pytest.raises(InputError, match=message):
        clip_maps(build(BACKBONES[name]), clips(1), **options)


def test_refuses_backbones_without_attention():
    model = build(RESNET, RESNET_HEAD)
    with pytest.raises(InputError, match='attention maps do not support ResNet3d'):
        attention_rollout(model, clips(1))
