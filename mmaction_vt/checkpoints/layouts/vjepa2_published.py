"""V-JEPA 2 and 2.1 as its authors store them: the encoder of a pre-training, or a probe."""

import re

from ...errors import InputError
from .base import Layout, Rules, State, dims_of, has

# Tokens of the positions that V-JEPA 1 adds: 16 frames of 224 or 384 pixels.
VJEPA1_TOKENS = (8 * 14**2, 8 * 24**2)
PROBE = r'pooler\.cross_attention_block\.'


def recognises(state: State) -> bool:
    return is_encoder(state) or has(state, PROBE + r'xattn\.kv\.weight')


def is_encoder(state: State) -> bool:
    own = dims_of(state, 'patch_embed.proj.weight') == 5 and 'cls_token' not in state
    return own and has(state, r'blocks\.\d+\.attn\.qkv\.bias')


def prepare(state: State) -> State:
    """Refuse V-JEPA 1, and give the last of version 2.1's norms, which has one for each of four depths, the usual name.

    Raises:
        InputError: If the file has the positions of a model of V-JEPA 1.
    """
    positions = state.get('pos_embed')
    if positions is not None and positions.ndim == 3 and positions.shape[1] in VJEPA1_TOKENS:
        raise InputError(
            f'pos_embed has {positions.shape[1]} tokens, as in V-JEPA 1, which adds it to the tokens; VJEPA2 has '
            'rotary positions: give a file of V-JEPA 2 or 2.1'
        )
    last = max((int(match[1]) for key in state if (match := re.match(r'norms_block\.(\d+)\.', key))), default=0)
    return {key.replace(f'norms_block.{last}.', 'norm.'): value for key, value in state.items()}


def rules(state: State) -> Rules:
    block = r'(\d+)\.(norm1|norm2|attn\.qkv|attn\.proj|mlp\.fc1|mlp\.fc2)\.(weight|bias)'
    return [
        (r'patch_embed\.proj\.(weight|bias)', r'backbone.patch_embed.proj.\1'),
        (rf'blocks\.{block}', r'backbone.blocks.\1.\2.\3'),
        (r'norm\.(weight|bias)', r'backbone.norm.\1'),
        ('video_mod_embed', 'backbone.video_embed'),
        (r'pooler\.query_tokens', 'cls_head.pooling.query'),
        (rf'pooler\.blocks\.{block}', r'cls_head.pooling.blocks.\1.\2.\3'),
        (PROBE + r'xattn\.(q|kv)\.(weight|bias)', r'cls_head.pooling.cross_attn.\1.\2'),
        (PROBE + r'(norm1|norm2|mlp\.fc1|mlp\.fc2)\.(weight|bias)', r'cls_head.pooling.\1.\2'),
        (r'linear\.(weight|bias)', r'cls_head.fc_cls.\1'),
    ]


LAYOUT = Layout(
    "V-JEPA 2's published layout",
    recognises,
    rules,
    dropped=('pos_embed', r'patch_embed_img\..+', 'img_mod_embed', r'norms_block\..+'),
    prepare=prepare,
    backbone='VJEPA2',
)
