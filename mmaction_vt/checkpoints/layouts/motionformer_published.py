"""Motionformer's published files: a PySlowFast checkpoint whose keys have no prefix."""

from .base import Layout, Rules, State, has

PARTS = 'cls_token|pos_embed|temp_embed|st_embed'
# The published model also has a patch embedding of single frames, which it never uses.
UNUSED = r'patch_embed\.proj\.(weight|bias)'


def recognises(state: State) -> bool:
    return has(state, r'patch_embed_3d\.proj\..+') and has(state, r'blocks\.\d+\.attn\.qkv\..+')


def rules(state: State) -> Rules:
    return [
        (r'head\.(weight|bias)', r'cls_head.fc_cls.\1'),
        (r'head0\.(weight|bias)', r'cls_head.fc_verb.\1'),
        (r'head1\.(weight|bias)', r'cls_head.fc_noun.\1'),
        (r'(pre_logits\.fc\.(?:weight|bias))', r'cls_head.\1'),
        (rf'((?:{PARTS})|(?:patch_embed_3d|blocks|norm)\..+)', r'backbone.\1'),
    ]


def has_joint_embedding(state: State) -> bool:
    return recognises(state) and 'st_embed' in state


NAME = "the Motionformer authors' layout"
LAYOUT = Layout(NAME, recognises, rules, dropped=(UNUSED,))
# With a joint space-time embedding the separate ones are not used.
JOINT_EMBEDDING = Layout(NAME, has_joint_embedding, rules, dropped=(UNUSED, 'pos_embed', 'temp_embed'))
