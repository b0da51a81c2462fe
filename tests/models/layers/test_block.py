"""The pre-norm block, and what it asks of its attention."""

import torch
from torch import nn

from mmaction_vt.models.layers import Attention, Block, MultiHeadAttention


class Recorder(MultiHeadAttention):
    """Returns its tokens and keeps what it was called with."""

    def forward(self, x, *args, **options):
        self.called = args, options
        return x


def test_equals_equations_2_and_3():
    torch.manual_seed(0)
    block, tokens = Block(8, 2, mlp_ratio=3.0), torch.randn(2, 5, 8)
    middle = tokens + block.attn(block.norm1(tokens))
    hidden = nn.functional.gelu(block.mlp.fc1(block.norm2(middle)))
    torch.testing.assert_close(block(tokens), middle + block.mlp.fc2(hidden))
    assert hidden.shape[-1] == 24


def test_the_class_token_alone_is_the_first_of_all():
    torch.manual_seed(0)
    block, tokens = Block(8, 2), torch.randn(2, 5, 8)
    torch.testing.assert_close(block(tokens, cls_only=True), block(tokens)[:, :1])


def test_attention_is_made_from_the_blocks_options_and_gets_the_other_arguments():
    block = Block(8, 2, qkv_bias=False, drop_rate=0.1, attn_drop_rate=0.2, attention=Recorder)
    attention = block.attn
    assert isinstance(attention, Recorder)
    assert (attention.num_heads, attention.qkv.bias, attention.attn_drop_rate, attention.proj_drop.p) == (
        2,
        None,
        0.2,
        0.1,
    )
    block(torch.randn(2, 5, 8), 3)
    assert attention.called == ((3,), {})
    block(torch.randn(2, 5, 8), 3, cls_only=True)
    assert attention.called == ((3,), {'cls_only': True})


def test_parameters_have_the_same_names_and_order_whatever_the_attention():
    names = [name for name, _ in Block(8, 2).named_parameters()]
    assert names == [name for name, _ in Block(8, 2, attention=Recorder).named_parameters()]
    assert names[:2] == ['norm1.weight', 'norm1.bias'] and names[-1] == 'mlp.fc2.bias'


def test_a_dropped_branch_leaves_the_tokens_as_they_are():
    torch.manual_seed(0)
    block, tokens = Block(8, 2, drop_path_rate=0.999999), torch.randn(2, 5, 8)
    assert torch.equal(block(tokens), tokens)
    assert not torch.equal(block.eval()(tokens), tokens)
    assert isinstance(block.attn, Attention)
