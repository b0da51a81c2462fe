"""TimeSformer as Hugging Face's ``TimesformerForVideoClassification`` stores it, in both directions."""

from math import isqrt

from torch import Tensor

from ...errors import InputError
from ..huggingface_folder import description
from . import huggingface_vit
from .base import Layout, Rules, State, has
from .huggingface_vit import escape

ENCODER = r'timesformer\.encoder\.layer\.(\d+)\.'
# (theirs, ours) inside a block, before .weight or .bias.
BLOCK_NAMES = (
    *huggingface_vit.BLOCK_NAMES,
    ('temporal_attention.attention.qkv', 'temporal_attn.qkv'),
    ('temporal_attention.output.dense', 'temporal_attn.proj'),
    ('temporal_dense', 'temporal_fc'),
    ('temporal_layernorm', 'temporal_norm1'),
)
OTHER_NAMES = (
    ('timesformer.embeddings.cls_token', 'backbone.cls_token'),
    ('timesformer.embeddings.position_embeddings', 'backbone.pos_embed'),
    ('timesformer.embeddings.time_embeddings', 'backbone.time_embed'),
    ('timesformer.embeddings.patch_embeddings.projection.weight', 'backbone.patch_embed.proj.weight'),
    ('timesformer.embeddings.patch_embeddings.projection.bias', 'backbone.patch_embed.proj.bias'),
    ('timesformer.layernorm.weight', 'backbone.norm.weight'),
    ('timesformer.layernorm.bias', 'backbone.norm.bias'),
    ('classifier.weight', 'cls_head.fc_cls.weight'),
    ('classifier.bias', 'cls_head.fc_cls.bias'),
)


def recognises(state: State) -> bool:
    return has(state, ENCODER + r'attention\.attention\.qkv\.(weight|bias)')


def rules(state: State) -> Rules:
    blocks = [
        (ENCODER + escape(theirs) + r'\.(weight|bias)', rf'backbone.blocks.\1.{ours}.\2')
        for theirs, ours in BLOCK_NAMES
    ]
    return blocks + [(escape(theirs), ours) for theirs, ours in OTHER_NAMES]


def back_rules(state: State) -> Rules:
    """From our names to theirs."""
    blocks = [
        (rf'backbone\.blocks\.(\d+)\.{escape(ours)}\.(weight|bias)', rf'timesformer.encoder.layer.\1.{theirs}.\2')
        for theirs, ours in BLOCK_NAMES
    ]
    return blocks + [(escape(ours), theirs) for theirs, ours in OTHER_NAMES]


LAYOUT = Layout("Hugging Face's TimeSformer layout", recognises, rules)
BACK = Layout("mmaction_vt's TimeSformer", lambda state: has(state, r'backbone\.blocks\.0\..+'), back_rules)


def to_huggingface(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Rename the state dict of a TimeSformer from our names to theirs.

    Raises:
        InputError: If it is not a TimeSformer's.
    """
    return BACK.rename(state)[0]


def describe(state: dict[str, Tensor], num_heads: int | None = None, norm_eps: float = 1e-6) -> dict:
    """Hugging Face's ``config.json`` for a state dict in our names."""
    patch_size = state['backbone.patch_embed.proj.weight'].shape[-1]
    num_patches = state['backbone.pos_embed'].shape[1] - 1
    side = isqrt(num_patches)
    if side * side != num_patches:
        raise InputError(f"Hugging Face's TimeSformer needs square frames; {num_patches} patches are no square grid")
    divided = any('.temporal_attn.' in key for key in state)
    joint = 'backbone.time_embed' in state
    return description(state, num_heads, norm_eps) | {
        'architectures': ['TimesformerForVideoClassification'],
        'model_type': 'timesformer',
        'attention_type': 'divided_space_time' if divided else 'joint_space_time' if joint else 'space_only',
        'image_size': side * patch_size,
        'patch_size': patch_size,
        'num_frames': state['backbone.time_embed'].shape[1] if joint else 8,
        'hidden_act': 'gelu',
    }
