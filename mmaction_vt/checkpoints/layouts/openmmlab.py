"""Keys of blocks built from OpenMMLab's ``BaseTransformerLayer``, shared by two published code bases."""

from .base import Rules, State, has


def layer_rules(state: State, prefix: str, layers: str = 'layers', blocks: str = 'blocks') -> Rules:
    """Rules for ``{prefix}transformer_layers.{layers}.N``, for divided space-time attention or a single one."""
    layer = rf'{prefix}transformer_layers\.{layers}\.(\d+)\.'
    block = rf'backbone.{blocks}.\1.'
    names = [('0', 'temporal_attn', 'temporal_norm1'), ('1', 'attn', 'norm1')]
    if not has(state, layer + r'attentions\.1\..+'):
        names = [('0', 'attn', 'norm1')]

    rules = []
    for index, attention, norm in names:
        part = rf'{layer}attentions\.{index}\.'
        rules += [
            (part + r'norm\.(weight|bias)', rf'{block}{norm}.\2'),
            (part + r'attn\.qkv\.(weight|bias)', rf'{block}{attention}.qkv.\2'),
            (part + r'attn\.proj\.(weight|bias)', rf'{block}{attention}.proj.\2'),
            (part + r'attn\.in_proj_(weight|bias)', rf'{block}{attention}.qkv.\2'),
            (part + r'attn\.out_proj\.(weight|bias)', rf'{block}{attention}.proj.\2'),
            (part + r'temporal_fc\.(weight|bias)', rf'{block}temporal_fc.\2'),
        ]
    return [
        *rules,
        (layer + r'norms\.0\.(weight|bias)', rf'{block}norm1.\2'),
        (layer + r'norms\.1\.(weight|bias)', rf'{block}norm2.\2'),
        (layer + r'ffns\.0\.norm\.(weight|bias)', rf'{block}norm2.\2'),
        (layer + r'ffns\.0\.layers\.0\.0\.(weight|bias)', rf'{block}mlp.fc1.\2'),
        (layer + r'ffns\.0\.layers\.1\.(weight|bias)', rf'{block}mlp.fc2.\2'),
        (rf'{prefix}patch_embed\.projection\.(weight|bias)', r'backbone.patch_embed.proj.\1'),
        (rf'{prefix}(cls_token|pos_embed|time_embed|norm\.weight|norm\.bias)', r'backbone.\1'),
    ]
