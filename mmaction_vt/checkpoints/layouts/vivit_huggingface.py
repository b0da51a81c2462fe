"""ViViT as Hugging Face's ``VivitForVideoClassification`` stores it, in both directions."""

from math import isqrt

from torch import Tensor

from ...errors import InputError
from ..huggingface_folder import description
from .base import Layout, Rules, State, has
from .huggingface_vit import back_block_rules, block_rules, escape, join_projections, split_projections
from .huggingface_vit import recognises as has_encoder

PREFIX = 'vivit.'
OTHER_NAMES = (
    ('vivit.embeddings.cls_token', 'backbone.cls_token'),
    ('vivit.embeddings.position_embeddings', 'backbone.st_embed'),
    ('vivit.embeddings.patch_embeddings.projection.weight', 'backbone.patch_embed.proj.weight'),
    ('vivit.embeddings.patch_embeddings.projection.bias', 'backbone.patch_embed.proj.bias'),
    ('vivit.layernorm.weight', 'backbone.norm.weight'),
    ('vivit.layernorm.bias', 'backbone.norm.bias'),
    ('classifier.weight', 'cls_head.fc_cls.weight'),
    ('classifier.bias', 'cls_head.fc_cls.bias'),
)
HIDDEN_ACT = 'gelu_fast'  # the default of Hugging Face's config


def recognises(state: State) -> bool:
    return has_encoder(state, PREFIX)


def rules(state: State) -> Rules:
    return block_rules(PREFIX, 'backbone.') + [(escape(theirs), ours) for theirs, ours in OTHER_NAMES]


def back_rules(state: State) -> Rules:
    return back_block_rules('backbone.', PREFIX) + [(escape(ours), theirs) for theirs, ours in OTHER_NAMES]


LAYOUT = Layout(
    "Hugging Face's ViViT layout", recognises, rules, prepare=join_projections, config={'hidden_act': HIDDEN_ACT}
)
BACK = Layout("mmaction_vt's ViViT", lambda state: has(state, r'backbone\.st_embed'), back_rules)


def to_huggingface(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Rename the state dict of a ViViT (Model 1) from our names to theirs.

    Raises:
        InputError: If it is not such a ViViT's.
    """
    renamed, _ = BACK.rename(state)
    return split_projections(renamed)


def describe(
    state: dict[str, Tensor],
    num_heads: int | None = None,
    norm_eps: float = 1e-6,
    hidden_act: str | None = None,
    num_frames: int | None = None,
) -> dict:
    """Hugging Face's ``config.json`` for a state dict in our names.

    Args:
        state: The state dict.
        num_heads: Attention heads. Default: heads of 64 channels, as in the published models.
        norm_eps: Epsilon of the LayerNorms.
        hidden_act: Hugging Face's name of the activation. Default: that of the published models.
        num_frames: Frames of a clip, which do not follow from the number of tokens. Default: as many as with frames of
            224 x 224 pixels.

    Raises:
        InputError: If the number of heads does not follow from the width, or the tokens do not make square frames.
    """
    _, _, tubelet, patch_size, _ = state['backbone.patch_embed.proj.weight'].shape
    tokens = state['backbone.st_embed'].shape[1] - 1
    tubelets = num_frames // tubelet if num_frames else tokens // (224 // patch_size) ** 2  # along time
    side = isqrt(tokens // tubelets) if tubelets else 0
    if tubelets * side * side != tokens:
        frames = f'{num_frames} square frames' if num_frames else 'frames of 224 x 224 pixels'
        raise InputError(f'{tokens} tubelets of {tubelet} frames do not make a clip of {frames}: give --num-frames')
    return description(state, num_heads, norm_eps) | {
        'architectures': ['VivitForVideoClassification'],
        'model_type': 'vivit',
        'image_size': side * patch_size,
        'num_frames': tubelets * tubelet,
        'tubelet_size': [tubelet, patch_size, patch_size],
        'hidden_act': hidden_act or HIDDEN_ACT,
    }
