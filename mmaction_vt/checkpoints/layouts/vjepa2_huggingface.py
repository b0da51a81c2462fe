"""V-JEPA 2 as Hugging Face's ``VJEPA2Model`` and ``VJEPA2ForVideoClassification`` store it, in both directions."""

from torch import Tensor

from ...errors import InputError
from ..huggingface_folder import description
from . import projections
from .base import Layout, Rules, State, has
from .huggingface_vit import escape

PREFIX = 'vjepa2.'
ENCODER = r'encoder\.layer\.(\d+)\.'
POOLER = r'pooler\.self_attention_layers\.(\d+)\.'
CROSS = 'pooler.cross_attention_layer.'
# (theirs, ours) inside a block, before .weight or .bias.
SHARED_NAMES = (('mlp.fc1', 'mlp.fc1'), ('mlp.fc2', 'mlp.fc2'))
BLOCK_NAMES = (
    ('norm1', 'norm1'),
    ('attention.qkv', 'attn.qkv'),
    ('attention.proj', 'attn.proj'),
    ('norm2', 'norm2'),
    *SHARED_NAMES,
)
POOLER_NAMES = (
    ('layer_norm1', 'norm1'),
    ('self_attn.qkv', 'attn.qkv'),
    ('self_attn.out_proj', 'attn.proj'),
    ('layer_norm2', 'norm2'),
    *SHARED_NAMES,
)
CROSS_NAMES = (
    ('layer_norm1', 'norm1'),
    ('cross_attn.q_proj', 'cross_attn.q'),
    ('cross_attn.kv', 'cross_attn.kv'),
    ('layer_norm2', 'norm2'),
    *SHARED_NAMES,
)
PARTS = {
    'attention.qkv': ('attention.query', 'attention.key', 'attention.value'),
    'self_attn.qkv': ('self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'),
    'cross_attn.kv': ('cross_attn.k_proj', 'cross_attn.v_proj'),
}
PATCHES = 'encoder.embeddings.patch_embeddings.proj'
END = r'\.(weight|bias)'


def prefix_of(state: State) -> str:
    return PREFIX if has(state, escape(PREFIX) + ENCODER + r'.+') else ''


def recognises(state: State) -> bool:
    return has(state, escape(prefix_of(state)) + ENCODER + r'attention\.query\.weight')


def rules(state: State) -> Rules:
    prefix = escape(prefix_of(state))
    return [
        (prefix + escape(PATCHES) + END, r'backbone.patch_embed.proj.\1'),
        (prefix + r'encoder\.layernorm' + END, r'backbone.norm.\1'),
        (r'pooler\.query_tokens', 'cls_head.pooling.query'),
        (r'classifier' + END, r'cls_head.fc_cls.\1'),
        *((prefix + ENCODER + escape(theirs) + END, rf'backbone.blocks.\1.{ours}.\2') for theirs, ours in BLOCK_NAMES),
        *((POOLER + escape(theirs) + END, rf'cls_head.pooling.blocks.\1.{ours}.\2') for theirs, ours in POOLER_NAMES),
        *((escape(CROSS + theirs) + END, rf'cls_head.pooling.{ours}.\1') for theirs, ours in CROSS_NAMES),
    ]


def back_rules(state: State) -> Rules:
    """From our names to theirs."""
    blocks, pooling = r'backbone\.blocks\.(\d+)\.', r'cls_head\.pooling\.'
    layers = 'pooler.self_attention_layers'
    return [
        (r'backbone\.patch_embed\.proj' + END, rf'{PREFIX}{PATCHES}.\1'),
        (r'backbone\.norm' + END, rf'{PREFIX}encoder.layernorm.\1'),
        (pooling + 'query', 'pooler.query_tokens'),
        (r'cls_head\.fc_cls' + END, r'classifier.\1'),
        *((blocks + escape(ours) + END, rf'{PREFIX}encoder.layer.\1.{theirs}.\2') for theirs, ours in BLOCK_NAMES),
        *(
            (pooling + r'blocks\.(\d+)\.' + escape(ours) + END, rf'{layers}.\1.{theirs}.\2')
            for theirs, ours in POOLER_NAMES
        ),
        *((pooling + escape(ours) + END, rf'{CROSS}{theirs}.\1') for theirs, ours in CROSS_NAMES),
    ]


LAYOUT = Layout(
    "Hugging Face's V-JEPA 2 layout",
    recognises,
    rules,
    dropped=(r'(?:vjepa2\.)?predictor\..+',),
    prepare=lambda state: projections.join(state, PARTS),
    config=dict(layer_norm_eps=1e-6),
    backbone='VJEPA2',
)
BACK = Layout("mmaction_vt's V-JEPA 2", lambda state: has(state, r'cls_head\.pooling\..+'), back_rules)


def to_huggingface(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Rename the state dict of a V-JEPA 2 with an ``AttentiveHead`` from our names to theirs.

    Raises:
        InputError: If it is not such a model's, or is of version 2.1, which Hugging Face does not have.
    """
    if 'backbone.video_embed' in state:
        raise InputError('Hugging Face has no model of V-JEPA 2.1: its checkpoints stay in the layout of mmaction_vt')
    return projections.split(BACK.rename(state)[0], PARTS)


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
        num_heads: Attention heads of the encoder and of the probe. Default: heads of 64 channels, as in L and g.
        norm_eps: Epsilon of the LayerNorms.
        img_size: Side of the frames, which does not follow from the weights, and which Hugging Face's positions are
            for. Default: 256.
        num_frames: Frames of a clip, likewise. Default: 64.

    Raises:
        InputError: If the number of heads does not follow from the width.
    """
    kernel = state['backbone.patch_embed.proj.weight']
    config = description(state, num_heads, norm_eps)
    pooler = {key.split('.')[3] for key in state if key.startswith('cls_head.pooling.blocks.')}
    return config | {
        'architectures': ['VJEPA2ForVideoClassification'],
        'model_type': 'vjepa2',
        'crop_size': img_size or 256,
        'patch_size': kernel.shape[-1],
        'frames_per_clip': num_frames or 64,
        'tubelet_size': kernel.shape[2],
        'in_chans': 3,
        'mlp_ratio': config['intermediate_size'] / config['hidden_size'],
        'hidden_act': 'gelu',
        'num_pooler_layers': len(pooler),
    }
