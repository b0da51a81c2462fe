"""A start for a backbone from the file of an image model or of another video model."""

from pathlib import Path

from torch import Tensor, nn

from . import image_dualformer, image_vit
from .files import load_file
from .read import convert, state_dict_of

# Keys by which an image model in the names of a backbone's own code is known.
IMAGE_MODELS = ('blocks.0.attn.qkv.weight', 'patch_embeds.0.proj.weight')
# What an image model has behind its features.
LEFT_OUT = ('head.', 'head_dist.', 'pre_logits.', 'fc_norm.')


def read(path: str | Path) -> dict[str, Tensor]:
    """Backbone parameters, without the prefix, of an image model's file or of any layout of a video model."""
    return backbone_state(load_file(path))


def backbone_state(checkpoint: dict) -> dict[str, Tensor]:
    """Backbone parameters, without the prefix, of a checkpoint in memory."""
    state = state_dict_of(checkpoint)
    if not any(key in state for key in IMAGE_MODELS):
        state = convert(checkpoint)['state_dict']
        state = {key.removeprefix('backbone.'): value for key, value in state.items() if key.startswith('backbone.')}
    return strip(state)


def strip(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Without what belongs to an image classifier."""
    return {key: value for key, value in state.items() if not key.startswith(LEFT_OUT)}


def fit_backbone(state: dict[str, Tensor], backbone: nn.Module) -> tuple[dict[str, Tensor], list[str]]:
    """A full state dict for a backbone from what ``read`` returned, and what was done, in sentences.

    Raises:
        InputError: If it does not fit; the message says what.
    """
    family = image_dualformer if hasattr(backbone, 'patch_embeds') else image_vit
    return family.fit_backbone(state, backbone)
