"""VideoMAE, of version 1 or 2, as mmaction2 1.x stores it (``backbone.blocks.N.mlp.layers.0.0...``)."""

from .base import Layout, Rules, State, has
from .query_value_biases import join_biases

BLOCK = r'backbone\.(blocks\.\d+\.)'


def recognises(state: State) -> bool:
    return has(state, BLOCK + r'attn\.q_bias') and has(state, BLOCK + r'mlp\.layers\.0\.0\.weight')


def rules(state: State) -> Rules:
    return [
        (r'backbone\.patch_embed\.projection\.(weight|bias)', r'backbone.patch_embed.proj.\1'),
        (BLOCK + r'((?:norm1|norm2|attn\.qkv|attn\.proj)\.(?:weight|bias))', r'backbone.\1\2'),
        (BLOCK + r'mlp\.layers\.0\.0\.(weight|bias)', r'backbone.\1mlp.fc1.\2'),
        (BLOCK + r'mlp\.layers\.1\.(weight|bias)', r'backbone.\1mlp.fc2.\2'),
        (r'backbone\.((?:fc_)?norm\.(?:weight|bias))', r'backbone.\1'),
        (r'cls_head\.fc_cls\.(weight|bias)', r'cls_head.fc_cls.\1'),
    ]


LAYOUT = Layout(
    "mmaction2's VideoMAE layout",
    recognises,
    rules,
    dropped=(r'backbone\.pos_embed',),  # sinusoids, which are computed
    prepare=join_biases,
    backbone='VideoMAE',
)
