"""Motionformer's published files: a PySlowFast checkpoint whose keys have no prefix."""

from .layout import Layout, Rules, State

PARTS = 'cls_token|pos_embed|temp_embed|st_embed'


def recognises(state: State) -> bool:
    return 'patch_embed_3d.proj.weight' in state and 'blocks.0.attn.qkv.weight' in state


def rules(state: State) -> Rules:
    return [
        (r'head\.(weight|bias)', r'cls_head.fc_cls.\1'),
        (r'head0\.(weight|bias)', r'cls_head.fc_verb.\1'),
        (r'head1\.(weight|bias)', r'cls_head.fc_noun.\1'),
        (r'(pre_logits\.fc\.(?:weight|bias))', r'cls_head.\1'),
        (rf'((?:{PARTS})|(?:patch_embed_3d|blocks|norm)\..+)', r'backbone.\1'),
    ]


# The published model also holds the embedding of single frames, which it never uses.
LAYOUT = Layout("the Motionformer authors' layout", recognises, rules, dropped=(r'patch_embed\.proj\.(weight|bias)',))
