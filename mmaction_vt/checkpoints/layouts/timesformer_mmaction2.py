"""TimeSformer as mmaction2 1.x stores it (``backbone.transformer_layers.layers.N...``, ``in_proj_weight``)."""

from .base import Layout, Rules, State, has
from .openmmlab import layer_rules


def recognises(state: State) -> bool:
    return has(state, r'backbone\.transformer_layers\.layers\.\d+\.attentions\.0\.attn\.in_proj_(weight|bias)')


def rules(state: State) -> Rules:
    return [(r'(cls_head\.fc_cls\.(?:weight|bias))', r'\1'), *layer_rules(state, r'backbone\.')]


LAYOUT = Layout("mmaction2's TimeSformer layout", recognises, rules)
