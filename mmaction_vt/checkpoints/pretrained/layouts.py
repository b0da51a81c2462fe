"""Image models, and encoders of masked autoencoders, converted to timm's names.

- timm's own files, and those that were converted from JAX with the same names;
- Hugging Face's ViT folders (``ViTModel``, ``ViTForImageClassification``);
- mmaction2's ViT, which its TimeSformer and the Video Transformer benchmark start from;
- encoders of masked autoencoders on images (He et al., 2022) or videos (Tong et al., 2022), with or without decoder.
"""

from torch import Tensor

from ..layouts.base import Layout, State, has
from ..layouts.huggingface_vit import block_rules, escape, join_projections, recognises
from ..layouts.openmmlab import layer_rules
from ..layouts.query_value_biases import join_biases

# Heads of image models, and parts that only serve the training of masked autoencoders.
LEFT_OUT = (
    'head.',
    'head_dist.',
    'pre_logits.',
    'classifier.',
    'pooler.',
    'decoder',
    'encoder_to_decoder.',
    'mask_token',
)
PREFIXES = ('model.encoder.', 'encoder.', 'backbone.', 'model.')
FIRST_KEYS = ('blocks.0.attn.qkv.weight', 'patch_embeds.0.proj.weight')


def huggingface_layout(prefix: str) -> Layout:
    """Hugging Face's ViT layout, with a prefix before its keys."""
    other_names = (
        (f'{prefix}embeddings.cls_token', 'cls_token'),
        (f'{prefix}embeddings.position_embeddings', 'pos_embed'),
        (f'{prefix}embeddings.patch_embeddings.projection.weight', 'patch_embed.proj.weight'),
        (f'{prefix}embeddings.patch_embeddings.projection.bias', 'patch_embed.proj.bias'),
        (f'{prefix}layernorm.weight', 'norm.weight'),
        (f'{prefix}layernorm.bias', 'norm.bias'),
    )
    return Layout(
        "Hugging Face's ViT layout",
        lambda state: recognises(state, prefix),
        lambda state: block_rules(prefix, '') + [(escape(theirs), ours) for theirs, ours in other_names],
        dropped=(rf'{escape(prefix)}pooler\..+', r'classifier\..+', rf'{escape(prefix)}embeddings\.mask_token'),
        prepare=join_projections,
    )


OPENMMLAB_LAYOUT = Layout(
    "mmaction2's ViT layout",
    lambda state: has(state, r'transformer_layers\.layers\.0\.attentions\.0\.attn\.(in_proj_|qkv\.)weight'),
    lambda state: layer_rules(state, ''),
    dropped=(r'(head|cls_head|pre_logits)\..+',),
)


def to_timm(state: State) -> tuple[dict[str, Tensor], list[str]] | None:
    """The state dict of an image model in timm's names, and keys that were left out; None if it is another model."""
    for prefix in ('vit.', ''):
        layout = huggingface_layout(prefix)
        if layout.recognises(state):
            return layout.rename(state)
    if OPENMMLAB_LAYOUT.recognises(state):
        renamed, dropped = OPENMMLAB_LAYOUT.rename(state)
        return {key.removeprefix('backbone.'): value for key, value in renamed.items()}, dropped
    for prefix in ('', *PREFIXES):
        if any(prefix + key in state for key in FIRST_KEYS):
            break
    else:
        return None
    own = {key: value for key, value in state.items() if key.startswith(prefix)}
    left_out = [key for key in state if key not in own]
    own = {key.removeprefix(prefix): value for key, value in own.items()}
    left_out += [key for key in own if key.startswith(LEFT_OUT)]
    own = {key: value for key, value in own.items() if not key.startswith(LEFT_OUT)}
    if 'norm.weight' not in own and 'fc_norm.weight' in own:  # of a model that averages its tokens
        own = {key.replace('fc_norm.', 'norm.'): value for key, value in own.items()}
    left_out += [key for key in own if key.startswith('fc_norm.')]
    own = {key: value for key, value in own.items() if not key.startswith('fc_norm.')}
    return join_biases(own), left_out
