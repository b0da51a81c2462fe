"""TimeSformer as Hugging Face's ``TimesformerForVideoClassification`` stores it, in both directions."""

import json
from math import isqrt
from pathlib import Path

from safetensors.torch import save_file
from torch import Tensor

from ..errors import InputError
from .layout import Layout, Rules, State, has

ENCODER = r'timesformer\.encoder\.layer\.(\d+)\.'
# (theirs, ours) inside a block; the trailing weight or bias is the same.
BLOCK_NAMES = (
    ('attention.attention.qkv', 'attn.qkv'),
    ('attention.output.dense', 'attn.proj'),
    ('temporal_attention.attention.qkv', 'temporal_attn.qkv'),
    ('temporal_attention.output.dense', 'temporal_attn.proj'),
    ('temporal_dense', 'temporal_fc'),
    ('temporal_layernorm', 'temporal_norm1'),
    ('layernorm_before', 'norm1'),
    ('layernorm_after', 'norm2'),
    ('intermediate.dense', 'mlp.fc1'),
    ('output.dense', 'mlp.fc2'),
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


def _escape(name: str) -> str:
    return name.replace('.', r'\.')


def recognises(state: State) -> bool:
    return has(state, ENCODER + r'attention\.attention\.qkv\.weight')


def rules(state: State) -> Rules:
    blocks = [
        (ENCODER + _escape(theirs) + r'\.(weight|bias)', rf'backbone.blocks.\1.{ours}.\2')
        for theirs, ours in BLOCK_NAMES
    ]
    return blocks + [(_escape(theirs), ours) for theirs, ours in OTHER_NAMES]


def back_rules(state: State) -> Rules:
    """From our names to theirs."""
    blocks = [
        (rf'backbone\.blocks\.(\d+)\.{_escape(ours)}\.(weight|bias)', rf'timesformer.encoder.layer.\1.{theirs}.\2')
        for theirs, ours in BLOCK_NAMES
    ]
    return blocks + [(_escape(ours), theirs) for theirs, ours in OTHER_NAMES]


LAYOUT = Layout("Hugging Face's TimeSformer layout", recognises, rules)
BACK = Layout("mmaction_vt's TimeSformer", lambda state: has(state, r'backbone\.blocks\.0\..+'), back_rules)


def write_folder(
    state: dict[str, Tensor],
    folder: str | Path,
    num_heads: int | None = None,
    norm_eps: float = 1e-6,
    labels: list[str] | None = None,
) -> None:
    """Write a folder that ``TimesformerForVideoClassification.from_pretrained`` loads.

    Args:
        state: A TimeSformer's state dict in our names.
        folder: Where ``config.json`` and ``model.safetensors`` go; made if it is not there.
        num_heads: Attention heads, which no checkpoint holds. Default: heads of 64 channels, as in every published
            model.
        norm_eps: Epsilon of the LayerNorms.
        labels: Names of the classes.

    Raises:
        InputError: If the state dict is not a TimeSformer's, or the number of heads cannot be told.
    """
    renamed, _ = BACK.rename(state)
    config = describe(state, num_heads, norm_eps)
    num_classes = state['cls_head.fc_cls.weight'].shape[0]
    labels = labels or [f'LABEL_{index}' for index in range(num_classes)]
    if len(labels) != num_classes:
        raise InputError(f'{len(labels)} labels were given for a classifier of {num_classes} classes')
    config['id2label'] = {str(index): label for index, label in enumerate(labels)}
    config['label2id'] = {label: index for index, label in enumerate(labels)}

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / 'config.json').write_text(json.dumps(config, indent=2) + '\n')
    renamed = {key: value.contiguous().clone() for key, value in renamed.items()}
    save_file(renamed, folder / 'model.safetensors', metadata={'format': 'pt'})


def describe(state: dict[str, Tensor], num_heads: int | None = None, norm_eps: float = 1e-6) -> dict:
    """Hugging Face's ``config.json`` for a state dict in our names."""
    embed_dims, _, patch_size, _ = state['backbone.patch_embed.proj.weight'].shape
    if num_heads is None:
        if embed_dims % 64:
            raise InputError(
                f'the number of attention heads cannot be told from a width of {embed_dims}: give --num-heads'
            )
        num_heads = embed_dims // 64
    num_patches = state['backbone.pos_embed'].shape[1] - 1
    side = isqrt(num_patches)
    if side * side != num_patches:
        raise InputError(f"Hugging Face's TimeSformer takes square frames, and this one has {num_patches} patches")
    divided = any('.temporal_attn.' in key for key in state)
    joint = 'backbone.time_embed' in state
    return {
        'architectures': ['TimesformerForVideoClassification'],
        'model_type': 'timesformer',
        'attention_type': 'divided_space_time' if divided else 'joint_space_time' if joint else 'space_only',
        'image_size': side * patch_size,
        'patch_size': patch_size,
        'num_channels': 3,
        'num_frames': state['backbone.time_embed'].shape[1] if joint else 8,
        'hidden_size': embed_dims,
        'num_hidden_layers': 1 + max(int(key.split('.')[2]) for key in state if key.startswith('backbone.blocks.')),
        'num_attention_heads': num_heads,
        'intermediate_size': state['backbone.blocks.0.mlp.fc1.weight'].shape[0],
        'hidden_act': 'gelu',
        'qkv_bias': 'backbone.blocks.0.attn.qkv.bias' in state,
        'layer_norm_eps': norm_eps,
    }
