"""VideoMAE as its authors store it, pre-trained with a decoder or fine-tuned, of version 1 or 2."""

from .base import Layout, Rules, State, dims_of, has
from .query_value_biases import join_biases

ENCODER = r'(?:encoder\.)?'
BLOCK = r'blocks\.\d+\.(?:norm1|norm2|attn\.qkv|attn\.proj|mlp\.fc1|mlp\.fc2)\.(?:weight|bias)'


def recognises(state: State) -> bool:
    patches = max(dims_of(state, f'{prefix}patch_embed.proj.weight') for prefix in ('', 'encoder.'))
    return patches == 5 and has(state, ENCODER + r'blocks\.\d+\.attn\.q_bias') and 'cls_token' not in state


def rules(state: State) -> Rules:
    return [
        (ENCODER + r'(patch_embed\.proj\.(?:weight|bias))', r'backbone.\1'),
        (rf'{ENCODER}({BLOCK})', r'backbone.\1'),
        (ENCODER + r'((?:fc_)?norm\.(?:weight|bias))', r'backbone.\1'),
        (r'head\.(weight|bias)', r'cls_head.fc_cls.\1'),
        (rf'decoder\.({BLOCK}|(?:norm|head)\.(?:weight|bias))', r'decoder.\1'),
        (r'encoder_to_decoder\.weight', 'decoder.embed.weight'),
        ('mask_token', 'decoder.mask_token'),
    ]


LAYOUT = Layout(
    "VideoMAE's published layout",
    recognises,
    rules,
    prepare=join_biases,
    backbone='VideoMAE',
)
