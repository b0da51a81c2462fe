"""ViViT as the Video Transformer benchmark's Lightning code stores it."""

from .base import Layout, Rules, State, dims_of, has
from .openmmlab import layer_rules

TRANSFORMERS = r'model\.transformer_layers'


def recognises(state: State) -> bool:
    is_theirs = has(state, TRANSFORMERS + r'(\.0)?\.layers\.\d+\.attentions\.0\.attn\.(qkv\.|in_proj_)(weight|bias)')
    return is_theirs and dims_of(state, 'model.patch_embed.projection.weight') == 5


def rules(state: State) -> Rules:
    head = (r'cls_head\.cls_head\.(weight|bias)', r'cls_head.fc_cls.\1')
    if not has(state, TRANSFORMERS + r'\.1\..+'):
        return [head, *layer_rules(state, r'model\.')]
    # Model 2: a spatial transformer within each frame, and a temporal one across them.
    time_embed = (r'model\.time_embed', 'backbone.temporal_embed')
    first = layer_rules(state, r'model\.', r'0\.layers')
    return [head, time_embed, *first, *layer_rules(state, r'model\.', r'1\.layers', 'temporal_blocks')]


LAYOUT = Layout("the Video Transformer benchmark's ViViT layout", recognises, rules)
