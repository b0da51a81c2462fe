"""TimeSformer's published files: a PySlowFast checkpoint whose keys start with ``model.``."""

from .base import Layout, State, dims_of, has


def recognises(state: State) -> bool:
    is_vit = has(state, r'model\.blocks\.\d+\.attn\.qkv\..+') and has(state, r'model\.head\..+')
    return is_vit and dims_of(state, 'model.patch_embed.proj.weight') in (0, 4)


def rules(state: State) -> list[tuple[str, str]]:
    return [
        (r'model\.head\.(weight|bias)', r'cls_head.fc_cls.\1'),
        (r'model\.((?:cls_token|pos_embed|time_embed)|(?:patch_embed|blocks|norm)\..+)', r'backbone.\1'),
    ]


LAYOUT = Layout("the TimeSformer authors' layout", recognises, rules)
