"""TimeSformer as the Video Transformer benchmark's Lightning code stores it."""

from .base import Layout, Rules, State, dims_of, has
from .openmmlab import layer_rules


def recognises(state: State) -> bool:
    is_theirs = has(state, r'model\.transformer_layers\.layers\.\d+\.attentions\.0\.attn\.qkv\..+')
    return is_theirs and dims_of(state, 'model.patch_embed.projection.weight') in (0, 4)


def rules(state: State) -> Rules:
    return [(r'cls_head\.cls_head\.(weight|bias)', r'cls_head.fc_cls.\1'), *layer_rules(state, r'model\.')]


LAYOUT = Layout("the Video Transformer benchmark's TimeSformer layout", recognises, rules)
