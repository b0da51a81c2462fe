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
HIDDEN_ACT = 'gelu_fast'  # of every model that does not say otherwise


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
    """A ViViT's state dict, in our names, in theirs.

    Raises:
        InputError: If it is none of Model 1.
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
        hidden_act: Their name of the activation. Default: that of the published models.
        num_frames: Frames of a clip, which no tensor tells from the places in a frame. Default: as many as frames of
            224 x 224 pixels make.

    Raises:
        InputError: If the number of heads or of frames cannot be told.
    """
    _, _, tubelet, patch_size, _ = state['backbone.patch_embed.proj.weight'].shape
    tokens = state['backbone.st_embed'].shape[1] - 1
    times = num_frames // tubelet if num_frames else tokens // (224 // patch_size) ** 2
    side = isqrt(tokens // times) if times else 0
    if times * side * side != tokens:
        raise InputError(
            f'{tokens} patches of {tubelet} frames are no clip of {num_frames or "frames of 224 x 224"}'
            f'{" square frames" if num_frames else " pixels"}: give --num-frames'
        )
    return description(state, num_heads, norm_eps) | {
        'architectures': ['VivitForVideoClassification'],
        'model_type': 'vivit',
        'image_size': side * patch_size,
        'num_frames': times * tubelet,
        'tubelet_size': [tubelet, patch_size, patch_size],
        'hidden_act': hidden_act or HIDDEN_ACT,
    }
