"""DualFormer's published files, written by mmaction 0.x: ``backbone.*``, ``cls_head.*`` and possibly ``teacher.*``."""

from .base import Layout, Rules, State, has


def recognises(state: State) -> bool:
    return has(state, r'backbone\.patch_embeds\.\d+\.proj\..+')


def rules(state: State) -> Rules:
    return [(r'((?:backbone|cls_head)\..+)', r'\1')]


# A model trained with token labels includes its teacher.
LAYOUT = Layout("the DualFormer authors' layout", recognises, rules, dropped=(r'teacher\..+',))
