"""VideoMAE as Hugging Face's ``VideoMAE...`` models store it, in both directions."""

import re

from torch import Tensor

from ...errors import InputError
from ..huggingface_folder import description
from .base import Layout, Rules, State, dims_of, has
from .huggingface_vit import BLOCK_NAMES, back_block_rules, block_rules, escape, join_projections, split_projections
from .huggingface_vit import recognises as has_encoder

PREFIX = 'videomae.'
PATCHES = 'embeddings.patch_embeddings.projection'
# Theirs, after the prefix, and ours.
INNER_NAMES = (
    (f'{PATCHES}.weight', 'backbone.patch_embed.proj.weight'),
    (f'{PATCHES}.bias', 'backbone.patch_embed.proj.bias'),
    ('layernorm.weight', 'backbone.norm.weight'),
    ('layernorm.bias', 'backbone.norm.bias'),
)
OUTER_NAMES = (
    ('fc_norm.weight', 'backbone.fc_norm.weight'),
    ('fc_norm.bias', 'backbone.fc_norm.bias'),
    ('classifier.weight', 'cls_head.fc_cls.weight'),
    ('classifier.bias', 'cls_head.fc_cls.bias'),
)
DECODER_NAMES = (
    ('encoder_to_decoder.weight', 'decoder.embed.weight'),
    ('mask_token', 'decoder.mask_token'),
    *((f'decoder.{name}.{end}', f'decoder.{name}.{end}') for name in ('norm', 'head') for end in ('weight', 'bias')),
)
DECODER_LAYER = r'decoder\.decoder_layers\.(\d+)\.'
# The defaults of Hugging Face's config, and the epsilon that the last norms have in any case.
CONFIG = {'layer_norm_eps': 1e-12, 'fc_norm_eps': 1e-5, 'decoder.norm_eps': 1e-5}


def prefix_of(state: State) -> str:
    return PREFIX if has_encoder(state, PREFIX) else ''


def recognises(state: State) -> bool:
    prefix = prefix_of(state)
    return (
        has_encoder(state, prefix)
        and dims_of(state, f'{prefix}{PATCHES}.weight') == 5
        and not has(state, rf'{escape(prefix)}embeddings\.(cls_token|position_embeddings)')
    )


def rules(state: State) -> Rules:
    prefix = prefix_of(state)
    names = [(prefix + theirs, ours) for theirs, ours in INNER_NAMES]
    names += (*OUTER_NAMES, *DECODER_NAMES)
    decoder = [
        (DECODER_LAYER + escape(theirs) + r'\.(weight|bias)', rf'decoder.blocks.\1.{ours}.\2')
        for theirs, ours in BLOCK_NAMES
    ]
    return block_rules(prefix, 'backbone.') + decoder + [(escape(theirs), ours) for theirs, ours in names]


def prepare(state: State) -> State:
    """Give biases of queries and values, which files of transformers 4 call ``q_bias``, the name of version 5; join."""
    parts = {'q_bias': 'query.bias', 'v_bias': 'value.bias'}
    renamed = {re.sub(r'\.(q_bias|v_bias)$', lambda end: f'.{parts[end[1]]}', key): state[key] for key in state}
    return join_projections(renamed)


def back_rules(state: State) -> Rules:
    names = [(PREFIX + theirs, ours) for theirs, ours in INNER_NAMES[:2]]
    return back_block_rules('backbone.', PREFIX) + [(escape(ours), theirs) for theirs, ours in (*names, *OUTER_NAMES)]


LAYOUT = Layout(
    "Hugging Face's VideoMAE layout",
    recognises,
    rules,
    prepare=prepare,
    config=CONFIG,
    backbone='VideoMAE',
)
BACK = Layout("mmaction_vt's VideoMAE", lambda state: has(state, r'backbone\.fc_norm\..+'), back_rules)


def to_huggingface(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Rename the state dict of a fine-tuned VideoMAE from our names to those that every version of transformers reads.

    Raises:
        InputError: If it is not such a VideoMAE's.
    """
    if 'backbone.norm.weight' in state:
        raise InputError(
            "Hugging Face's VideoMAE classifies the mean before its norm, and this one normalises every token: give a "
            'model with norm_after_mean=True'
        )
    renamed = {}
    for key, value in split_projections(BACK.rename(state)[0]).items():
        if key.endswith('.attention.attention.key.bias'):
            continue
        renamed[re.sub(r'(\.attention\.attention\.)(q|v)\w+\.bias$', r'\1\2_bias', key)] = value
    return renamed


def describe(
    state: dict[str, Tensor],
    num_heads: int | None = None,
    norm_eps: float = 1e-6,
    img_size: int | None = None,
    num_frames: int | None = None,
) -> dict:
    """Hugging Face's ``config.json`` for a state dict in our names.

    Args:
        state: The state dict.
        num_heads: Attention heads. Default: heads of 64 channels, as in the models of VideoMAE up to L.
        norm_eps: Epsilon of the LayerNorms.
        img_size: Side of the frames, which does not follow from the weights. Default: 224.
        num_frames: Frames of a clip, likewise. Default: 16.

    Raises:
        InputError: If the number of heads does not follow from the width.
    """
    kernel = state['backbone.patch_embed.proj.weight']
    return description(state, num_heads, norm_eps) | {
        'architectures': ['VideoMAEForVideoClassification'],
        'model_type': 'videomae',
        'image_size': img_size or 224,
        'patch_size': kernel.shape[-1],
        'num_frames': num_frames or 16,
        'tubelet_size': kernel.shape[2],
        'hidden_act': 'gelu',
        'use_mean_pooling': True,
    }
